namespace Linkerd.Cli.Tests.Extensions;

/// <summary><c>linkerd foo</c> with and without <c>linkerd-foo</c>, and the old names of viz commands.</summary>
public sealed class PluginCommandTests : IDisposable
{
    private readonly ExtensionFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("smi install --set a=b -", "install --set a=b -")]
    [InlineData("--context prod --verbose smi check", "check --context prod --verbose")]
    [InlineData("-n web smi list", "list -n web")]
    [InlineData("smi version --help", "version --help")]
    public async Task An_unknown_command_is_an_executable_of_the_path(string line, string given)
    {
        _folder.Add("linkerd-smi", $"echo \"$@\" >{_folder.Log}; exit 7");
        var (code, _, error) = await RunAsync(line);
        Assert.Equal((7, ""), (code, error));
        Assert.Equal(given + "\n", await File.ReadAllTextAsync(_folder.Log, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Our_own_commands_are_not_replaced()
    {
        _folder.Add("linkerd-version", "exit 7");
        var (code, output, _) = await RunAsync("version --client --short");
        Assert.Equal((0, LinkerdVersion.Current + "\n"), (code, output));
    }

    [Theory]
    [InlineData("foo", "Error: unknown command \"foo\" for \"linkerd\"\nlinkerd --help lists the commands. An extension is an executable linkerd-foo in a folder of PATH; there is none.\n")]
    [InlineData("chekc --pre", "Error: unknown command \"chekc\" for \"linkerd\"\nDid you mean: linkerd check?\nlinkerd --help lists the commands. An extension is an executable linkerd-chekc in a folder of PATH; there is none.\n")]
    [InlineData("jaeger install", "Error: unknown command \"jaeger\" for \"linkerd\"\nThe jaeger extension does not exist any more: proxies send spans to any OpenTelemetry collector.\nSet proxy.tracing.enabled=true and proxy.tracing.collector.endpoint with linkerd upgrade --set (docs/features/distributed-tracing.md).\n")]
    public async Task A_command_that_nobody_knows_says_what_to_do(string line, string expected)
    {
        _folder.Add("linkerd-foo", "exit 0", executable: false);
        Assert.Equal((1, "", expected), await RunAsync(line));
    }

    [Theory]
    [InlineData("stat deploy -n emojivoto", "stat [flags] (RESOURCES)")]
    [InlineData("edges deploy", "edges [flags] (RESOURCES)")]
    public async Task A_deprecated_command_says_so_and_does_its_work(string line, string use)
    {
        var (code, _, error) = await RunAsync(line + " --kubeconfig /nonexistent/kubeconfig");
        Assert.Equal(1, code);
        Assert.StartsWith($"Command \"{line.Split(' ')[0]}\" is deprecated, use instead 'linkerd viz {use}'\n", error, StringComparison.Ordinal);
        // What follows is the answer of viz: it looks for a cluster.
        Assert.Contains("linkerd local up", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_namespace_may_stand_before_a_deprecated_command()
    {
        var (_, _, error) = await RunAsync("-n emojivoto stat deploy --kubeconfig /nonexistent/kubeconfig");
        Assert.Contains("is deprecated", error, StringComparison.Ordinal);
        Assert.Contains("linkerd local up", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dashboard --address 127.0.0.1 -p 8000", "dashboard [flags]")]
    [InlineData("routes deploy/web", "routes [flags] (RESOURCES)")]
    [InlineData("tap deploy/web", "tap [flags] (RESOURCE)")]
    [InlineData("top deploy/web", "top [flags] (RESOURCE)")]
    public async Task Every_deprecated_command_has_its_line(string line, string use)
    {
        var (code, _, error) = await RunAsync(line + " --kubeconfig /nonexistent/kubeconfig");
        Assert.NotEqual(0, code);
        Assert.StartsWith($"Command \"{line.Split(' ')[0]}\" is deprecated, use instead 'linkerd viz {use}'\n", error, StringComparison.Ordinal);
    }

    private Task<(int Code, string Out, string Error)> RunAsync(string line) => CliRunner.RunInAsync(_folder.Path, "", line.Split(' '));
}
