using Linkerd.Cli.Manifests;

namespace Linkerd.Cli.Tests;

public sealed class CommandTests
{
    private const string NoCluster = "/nonexistent/kubeconfig";

    private const string Deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
          namespace: emojivoto
        spec:
          selector:
            matchLabels: {app: web}
          template:
            metadata:
              labels: {app: web}
            spec:
              containers:
              - name: web
                image: web:1
        """;

    [Theory]
    [InlineData("-n emojivoto viz stat deploy", "viz stat -n emojivoto deploy")]
    [InlineData("viz -n emojivoto stat deploy", "viz stat -n emojivoto deploy")]
    [InlineData("--verbose -L l5d --namespace=a viz edges po", "--verbose -L l5d viz edges --namespace=a po")]
    [InlineData("viz stat deploy -n x", "viz stat deploy -n x")]
    [InlineData("identity -n e2e -l app=server", "identity -n e2e -l app=server")]
    [InlineData("-n e2e identity web-0", "identity -n e2e web-0")]
    [InlineData("identity rotate --yes", "identity rotate --yes")]
    [InlineData("-n a inject -", "-n a inject -")]
    [InlineData("-n", "-n")]
    public void A_namespace_may_stand_before_the_command(string given, string read) =>
        Assert.Equal(read, string.Join(' ', LeadingNamespace.Move(LinkerdCommand.Create(new CliRunner()), given.Split(' '))));

    [Theory]
    [InlineData("install --bogus", "Error: Unrecognized command or argument '--bogus'.", "For help: linkerd install --help")]
    [InlineData("install --hq", "Did you mean --ha?", "For help: linkerd install --help")]
    [InlineData("install-cni --proxy-uid abc", "'abc'", "For help: linkerd install-cni --help")]
    [InlineData("viz stta deploy", "Did you mean stat?", "For help: linkerd viz --help")]
    [InlineData("inject", "Error: ", "For help: linkerd inject --help")]
    public async Task A_command_line_that_is_not_understood_leaves_standard_output_alone(string arguments, params string[] said)
    {
        var (code, output, error) = await CliRunner.RunAsync("", arguments.Split(' '));
        Assert.Equal((ExitCodes.Failure, ""), (code, output));
        Assert.All(said, text => Assert.Contains(text, error, StringComparison.Ordinal));
        Assert.InRange(error.Split('\n').Length, 2, 6);
    }

    [Theory]
    [InlineData("install --bogus --help", ExitCodes.Success)]
    [InlineData("diagnostics", ExitCodes.Failure)]
    public async Task Help_goes_to_standard_output(string arguments, int expected)
    {
        var (code, output, _) = await CliRunner.RunAsync("", arguments.Split(' '));
        Assert.Equal(expected, code);
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("inject --ignore-cluster -", "a: [1\nb")]
    [InlineData("uninject -", "a: [1\nb")]
    [InlineData("install --ignore-cluster -f -", "a: {b\n")]
    [InlineData("upgrade --from-manifests -", "a: [1\nb")]
    [InlineData("upgrade --from-manifests -", "metadata: {name: linkerd-config-overrides}\ndata: {linkerd-config-overrides: '%%'}")]
    [InlineData("profile --open-api - web", "a: [1\nb")]
    public async Task Input_that_cannot_be_read_is_one_error_and_no_trace(string arguments, string input)
    {
        var (code, output, error) = await CliRunner.RunAsync(input, arguments.Split(' '));
        Assert.Equal((ExitCodes.Failure, ""), (code, output));
        Assert.NotEqual("", error.Trim());
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_with_another_name_now_says_which()
    {
        var (code, _, error) = await CliRunner.RunAsync("", "endpoints", "web:80", "-n", "emojivoto");
        Assert.Equal(1, code);
        Assert.Equal("linkerd endpoints: it has another name: use linkerd diagnostics endpoints\n", error);
    }

    [Fact]
    public async Task Version_without_a_cluster_has_linkerds_two_lines()
    {
        var (code, output, _) = await CliRunner.RunAsync("", "version", "--kubeconfig", NoCluster);
        Assert.Equal(0, code);
        Assert.Equal($"Client version: {LinkerdVersion.Current}\nServer version: unavailable\n", output);
    }

    [Fact]
    public async Task Version_short_client_is_the_bare_version()
    {
        var (_, output, _) = await CliRunner.RunAsync("", "version", "--client", "--short");
        Assert.Equal(LinkerdVersion.Current + "\n", output);
    }

    [Fact]
    public async Task Inject_annotates_and_reports()
    {
        var (code, output, error) = await CliRunner.RunAsync(Deployment, "inject", "--ignore-cluster", "-");
        Assert.Equal(0, code);
        Assert.Contains("linkerd.io/inject: enabled", output, StringComparison.Ordinal);
        Assert.Equal("\ndeployment \"web\" injected\n\n", error);
    }

    [Fact]
    public async Task Inject_says_flags_as_annotations()
    {
        var (_, output, _) = await CliRunner.RunAsync(Deployment, "inject", "--ignore-cluster", "--opaque-ports", "5432", "--proxy-cpu-limit", "1500m", "--default-inbound-policy", "deny", "-");
        Assert.Contains("config.linkerd.io/opaque-ports: \"5432\"", output, StringComparison.Ordinal);
        Assert.Contains("config.linkerd.io/proxy-cpu-limit: 1500m", output, StringComparison.Ordinal);
        Assert.Contains("config.linkerd.io/default-inbound-policy: deny", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Uninject_takes_back_what_inject_wrote()
    {
        var (_, injected, _) = await CliRunner.RunAsync(Deployment, "inject", "--ignore-cluster", "-");
        var (code, output, error) = await CliRunner.RunAsync(injected, "uninject", "-");
        Assert.Equal(0, code);
        Assert.DoesNotContain("linkerd.io/inject", output, StringComparison.Ordinal);
        Assert.Contains("deployment \"web\" uninjected", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kubectl_table_is_recognised_and_explained()
    {
        var (code, _, error) = await CliRunner.RunAsync("NAME   READY   UP-TO-DATE   AVAILABLE   AGE\nweb    1/1     1            1           5m\n", "inject", "--ignore-cluster", "-");
        Assert.Equal(1, code);
        Assert.Contains("-o yaml", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NAMESPACE   NAME   READY\nx y z", true)]
    [InlineData("NAME: x\n", false)]
    [InlineData("name   ready\n", false)]
    [InlineData("apiVersion: v1\n", false)]
    [InlineData("", false)]
    public void Tables_are_told_from_manifests(string text, bool table) => Assert.Equal(table, ManifestReader.LooksLikeTable(text));

    [Fact]
    public async Task A_missing_file_is_named()
    {
        var (code, _, error) = await CliRunner.RunAsync("", "inject", "--ignore-cluster", "/nonexistent.yml");
        Assert.Equal(1, code);
        Assert.Contains("/nonexistent.yml: no such file", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_cluster_the_message_says_how_to_get_one()
    {
        var (code, _, error) = await CliRunner.RunAsync("", "viz", "stat", "deploy", "--kubeconfig", NoCluster);
        Assert.Equal(1, code);
        Assert.Contains("linkerd local up", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-L", "bad/name", "bad/name is not a valid namespace")]
    public async Task A_bad_namespace_is_refused(string flag, string value, string expected)
    {
        var (code, _, error) = await CliRunner.RunAsync("", "version", "--client", flag, value);
        Assert.NotEqual(0, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--inbound-port", "70000", "not a port")]
    [InlineData("--default-inbound-policy", "sometimes", "sometimes")]
    [InlineData("--proxy-cpu-limit", "lots", "amount of CPU")]
    public async Task Bad_flags_name_the_value(string flag, string value, string expected)
    {
        var (code, _, error) = await CliRunner.RunAsync(Deployment, "inject", "--ignore-cluster", flag, value, "-");
        Assert.NotEqual(0, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _linkerd linkerd")]
    [InlineData("zsh", "compdef _linkerd linkerd")]
    [InlineData("fish", "complete -c linkerd")]
    public async Task Completion_scripts(string shell, string expected)
    {
        var (code, output, _) = await CliRunner.RunAsync("", "completion", shell);
        Assert.Equal(0, code);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }
}
