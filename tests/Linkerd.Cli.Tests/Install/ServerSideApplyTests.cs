using System.Diagnostics;

namespace Linkerd.Cli.Tests.Install;

/// <summary>What kubectl does with field ownership, on the embedded API server: it is kubectl's own words that are checked.</summary>
public sealed class ServerSideApplyTests
{
    private const string Map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: default}\ndata: {colour: COLOUR, size: large}\n";

    [Fact]
    public async Task Kubectl_applies_meets_a_conflict_and_takes_the_field_by_force()
    {
        await using var server = await EmbeddedServer.StartAsync();

        var (code, output, _) = await KubectlAsync(server, Map.Replace("COLOUR", "red", StringComparison.Ordinal), "apply", "--server-side", "--field-manager=one", "-f", "-");
        Assert.Equal((0, "configmap/settings serverside-applied"), (code, output.Trim()));

        (code, _, var error) = await KubectlAsync(server, Map.Replace("COLOUR", "blue", StringComparison.Ordinal), "apply", "--server-side", "--field-manager=two", "-f", "-");
        Assert.NotEqual(0, code);
        Assert.Contains("Apply failed with 1 conflict: conflict with \"one\": .data.colour", error, StringComparison.Ordinal);
        Assert.Contains("--force-conflicts", error, StringComparison.Ordinal);

        (code, output, _) = await KubectlAsync(server, Map.Replace("COLOUR", "blue", StringComparison.Ordinal), "apply", "--server-side", "--field-manager=two", "--force-conflicts", "-f", "-");
        Assert.Equal((0, "configmap/settings serverside-applied"), (code, output.Trim()));
        Assert.Equal("blue", (await KubectlAsync(server, null, "get", "configmap", "settings", "-o", "jsonpath={.data.colour}")).Output);
    }

    [Fact]
    public async Task Kubectl_edit_changes_an_object_and_owns_what_it_changed()
    {
        await using var server = await EmbeddedServer.StartAsync();
        await KubectlAsync(server, Map.Replace("COLOUR", "red", StringComparison.Ordinal), "apply", "--server-side", "--field-manager=one", "-f", "-");

        var (code, output, error) = await KubectlAsync(server, null, "edit", "configmap", "settings");
        Assert.True(code == 0, error);
        Assert.Equal("configmap/settings edited", output.Trim());
        Assert.Equal("green", (await KubectlAsync(server, null, "get", "configmap", "settings", "-o", "jsonpath={.data.colour}")).Output);

        (code, _, error) = await KubectlAsync(server, Map.Replace("COLOUR", "red", StringComparison.Ordinal), "apply", "--server-side", "--field-manager=one", "-f", "-");
        Assert.NotEqual(0, code);
        Assert.Matches("conflict with \"kubectl(-edit)?\" using v1 at [0-9TZ:-]+: \\.data\\.colour", error);
    }

    private static async Task<(int Code, string Output, string Error)> KubectlAsync(EmbeddedServer server, string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo("kubectl", ["--kubeconfig", server.Kubeconfig, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBE_EDITOR"] = "sed -i s/red/green/";
        using var process = Process.Start(start)!;
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }
}
