using System.Text.Json.Nodes;
using Linkerd.Cli.Tests.Install;

namespace Linkerd.Cli.Tests.Extensions;

/// <summary>What <c>linkerd check</c> runs of extensions, on the embedded API server.</summary>
public sealed class ExtensionChecksTests : IDisposable
{
    private const string Fine = """
        {"success": true, "categories": [{"categoryName": "linkerd-smi", "checks": [
          {"description": "SMI extension is there", "result": "success"},
          {"description": "SMI extension is new", "hint": "https://example.com/#new", "error": "it is old", "result": "warning"}]}]}
        """;

    private readonly ExtensionFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Namespaces_with_the_label_have_their_extension_run()
    {
        await using var server = await EmbeddedServer.StartAsync();
        await server.ApplyAsync(Namespace("smi") + "---\n" + Namespace("gone"));
        _folder.Add("linkerd-smi", $"[ \"$1\" = check ] || exit 1\necho \"$@\" >{_folder.Log}\ncat <<'EOF'\n{Fine}\nEOF");
        var (output, _) = await server.RunInAsync(_folder.Path, 1, "check", "--wait", "0s", "-n", "web", "--proxy", "-L", "l5d");
        Assert.EndsWith("""

            linkerd-gone
            ------------
            ‼ Linkerd extension command linkerd-gone exists
                exec: "linkerd-gone": executable file not found in $PATH
                see https://linkerd.io/2/checks/#extensions for hints

            linkerd-smi
            -----------
            √ SMI extension is there
            ‼ SMI extension is new
                it is old
                see https://example.com/#new for hints

            Status check results are ×

            """, output, StringComparison.Ordinal);
        Assert.Equal($"check --kubeconfig={server.Kubeconfig} --linkerd-namespace=l5d --namespace=web --proxy --wait=0s --output=json\n", await File.ReadAllTextAsync(_folder.Log, TestContext.Current.CancellationToken));

        // The same in JSON, and among what is short.
        var json = JsonNode.Parse((await server.RunInAsync(_folder.Path, 1, "check", "--wait", "0s", "-o", "json")).Out)!;
        Assert.Equal(["linkerd-gone", "linkerd-smi"], json["categories"]!.AsArray().Select(c => c!["categoryName"]!.GetValue<string>()).TakeLast(2));
        var (shortened, _) = await server.RunInAsync(_folder.Path, 1, "check", "--wait", "0s", "-o", "short");
        Assert.DoesNotContain("SMI extension is there", shortened, StringComparison.Ordinal);
        Assert.Contains("‼ SMI extension is new", shortened, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_executable_may_ask_to_be_run_always()
    {
        await using var server = await EmbeddedServer.StartAsync();
        _folder.Add("linkerd-smi", $$"""
            case $1 in
              _extension-metadata) echo '{"name": "linkerd-smi", "checks": "always"}' ;;
              check) cat <<'EOF'
            {{Fine}}
            EOF
            esac
            """);
        _folder.Add("linkerd-other", "echo '{\"name\": \"linkerd-smi\", \"checks\": \"always\"}'");
        _folder.Add("linkerd-none", "echo no metadata");
        var (output, _) = await server.RunInAsync(_folder.Path, 1, "check", "--wait", "0s");
        Assert.Contains("√ SMI extension is there", output, StringComparison.Ordinal);
        Assert.DoesNotContain("linkerd-other", output, StringComparison.Ordinal);
        Assert.DoesNotContain("linkerd-none", output, StringComparison.Ordinal);

        // Before the control plane is there, nobody is asked.
        Assert.DoesNotContain("SMI", (await server.RunInAsync(_folder.Path, 0, "check", "--pre")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo oops", "oops")]
    [InlineData("echo broken >&2; exit 1", "broken")]
    [InlineData("echo '{\"success\": true}'", "{\"success\": true}")]
    public async Task What_is_no_JSON_of_checks_is_an_error(string script, string shown)
    {
        await using var server = await EmbeddedServer.StartAsync();
        await server.ApplyAsync(Namespace("smi"));
        _folder.Add("linkerd-smi", script);
        var (output, _) = await server.RunInAsync(_folder.Path, 1, "check", "--wait", "0s", "-o", "short");
        Assert.Contains($"× Running: linkerd-smi check\n    invalid extension check output from \"linkerd-smi\" (JSON object expected):\n    {shown}\n", output, StringComparison.Ordinal);
    }

    private static string Namespace(string extension) => $"apiVersion: v1\nkind: Namespace\nmetadata: {{name: linkerd-{extension}, labels: {{linkerd.io/extension: {extension}}}}}\n";
}
