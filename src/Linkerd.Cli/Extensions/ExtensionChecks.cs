using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Checks;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Extensions;

/// <summary>
/// What extensions check: every namespace labelled <c>linkerd.io/extension=NAME</c> has its checks run by
/// <c>linkerd-NAME check --output=json</c>, and so has every executable whose metadata ask for it.
/// </summary>
/// <param name="path">Folders to look in, as in PATH.</param>
/// <param name="flags">Flags that are passed on.</param>
/// <param name="self">Extensions that this program has in itself, with the words that run them.</param>
/// <param name="hintBase">What hints begin with.</param>
internal sealed class ExtensionChecks(string path, IReadOnlyList<string> flags, IReadOnlyDictionary<string, IReadOnlyList<string>> self, string hintBase)
{
    private const string Label = "linkerd.io/extension";
    private static readonly TimeSpan MetadataLimit = TimeSpan.FromSeconds(5);

    /// <summary>Runs them, extension by extension in order of names.</summary>
    /// <returns>Whether none failed.</returns>
    public async Task<bool> RunAsync(KubernetesClient client, Action<CheckResult> report, CancellationToken cancel)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var ns in client.Resource(Resources.Namespaces).ListAllAsync(new ListOptions { LabelSelector = Label }, cancel))
            names.Add(ns.Metadata.Labels![Label]);
        var executables = Executables.WithPrefix(path, PluginCommand.Prefix);
        foreach (var (file, full) in executables)
        {
            if (await AlwaysAsync(file, full, cancel))
                names.Add(file[PluginCommand.Prefix.Length..]);
        }

        var success = true;
        foreach (var name in names)
        {
            var command = self.TryGetValue(name, out var own) ? own : executables.TryGetValue(PluginCommand.Prefix + name, out var file) ? [file] : null;
            success &= await RunAsync(name, command, report, cancel);
        }

        return success;
    }

    private async Task<bool> RunAsync(string name, IReadOnlyList<string>? command, Action<CheckResult> report, CancellationToken cancel)
    {
        var category = PluginCommand.Prefix + name;
        var line = $"Linkerd extension command {category} exists";
        if (command is null)
        {
            report(new CheckResult(category, line, CheckStatus.Warning, $"exec: \"{category}\": executable file not found in $PATH", hintBase + "extensions"));
            return true;
        }

        var (output, error) = await CaptureAsync([.. command, "check", .. flags, "--output=json"], cancel);
        if (Read(output) is not { } results)
        {
            report(new CheckResult(category, $"Running: {Path.GetFileName(command[0])} check", CheckStatus.Error,
                $"invalid extension check output from \"{category}\" (JSON object expected):\n    {Shorten(output.Length > 0 ? output : error)}", hintBase + "extensions"));
            return false;
        }

        foreach (var result in results)
            report(result);
        return results.TrueForAll(r => r.Status != CheckStatus.Error);
    }

    /// <summary>Whether an executable wants to be asked although it has no namespace.</summary>
    private static async Task<bool> AlwaysAsync(string name, string file, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(MetadataLimit);
        try
        {
            var (output, _) = await CaptureAsync([file, "_extension-metadata"], limit.Token);
            return JsonNode.Parse(output) is JsonObject metadata
                && metadata["name"] is JsonValue own && own.TryGetValue<string>(out var said) && said == name
                && metadata["checks"] is JsonValue checks && checks.TryGetValue<string>(out var when) && when == "always";
        }
        catch (JsonException)
        {
            // An executable that knows nothing of metadata.
            return false;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    private static async Task<(string Output, string Error)> CaptureAsync(IReadOnlyList<string> command, CancellationToken cancel)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.StandardInput.Close();
            try
            {
                var error = process.StandardError.ReadToEndAsync(cancel);
                var output = await process.StandardOutput.ReadToEndAsync(cancel);
                return (output.Trim(), (await error).Trim());
            }
            finally
            {
                if (!process.HasExited)
                    process.Kill(entireProcessTree: true);
            }
        }
        catch (Win32Exception e)
        {
            return ("", e.Message);
        }
    }

    private List<CheckResult>? Read(string output)
    {
        try
        {
            if (JsonNode.Parse(output)?["categories"] is not JsonArray categories)
                return null;
            var results = new List<CheckResult>();
            foreach (var category in categories)
            {
                var name = category?["categoryName"]?.GetValue<string>() ?? "";
                foreach (var check in category?["checks"]?.AsArray() ?? [])
                    results.Add(Result(name, check!));
            }

            return results;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private CheckResult Result(string category, JsonNode check)
    {
        var status = check["result"]?.GetValue<string>() switch { "success" => CheckStatus.Success, "warning" => CheckStatus.Warning, _ => CheckStatus.Error };
        var error = status == CheckStatus.Success ? null : check["error"]?.GetValue<string>() ?? "";
        return new CheckResult(category, check["description"]?.GetValue<string>() ?? "", status, error, check["hint"]?.GetValue<string>() ?? hintBase + "extensions");
    }

    private static string Shorten(string text) => text.Length > 500 ? text[..500] + "…" : text;
}
