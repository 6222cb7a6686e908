using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Linkerd.Kubernetes;

/// <summary>Runs the credential plugin of a kubeconfig (<c>client.authentication.k8s.io</c>) and keeps its token until it expires.</summary>
[SuppressMessage("Design", "CA1001", Justification = "a SemaphoreSlim without a wait handle holds nothing to dispose")]
internal sealed class ExecTokenSource : ITokenSource
{
    private const int MaxOutput = 1 << 20;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(30);

    private readonly string _command;
    private readonly string[] _arguments;
    private readonly (string Name, string Value)[] _environment;
    private readonly string _apiVersion;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly TimeProvider _time = TimeProvider.System;
    private string? _token;
    private DateTimeOffset? _expires;

    private ExecTokenSource(string command, string[] arguments, (string Name, string Value)[] environment, string apiVersion)
    {
        _command = command;
        _arguments = arguments;
        _environment = environment;
        _apiVersion = apiVersion;
    }

    public static ExecTokenSource Parse(JsonObject exec, KubeConfigEntry user)
    {
        var command = exec["command"]?.ToString();
        if (string.IsNullOrEmpty(command))
            throw new KubeConfigException($"{user.File}: {user.Where}.exec.command is not set");
        if (command.Contains('/'))
            command = Path.GetFullPath(command, Path.GetDirectoryName(Path.GetFullPath(user.File))!);
        var environment = (exec["env"] as JsonArray ?? []).Select(static e => (e!["name"]?.ToString() ?? "", e["value"]?.ToString() ?? "")).ToArray();
        var arguments = (exec["args"] as JsonArray ?? []).Select(static a => a!.ToString()).ToArray();
        return new ExecTokenSource(command, arguments, environment, exec["apiVersion"]?.ToString() ?? "client.authentication.k8s.io/v1");
    }

    public async ValueTask<string?> GetAsync(CancellationToken cancel)
    {
        await _gate.WaitAsync(cancel);
        try
        {
            if (_token is null || (_expires is { } expires && _time.GetUtcNow() >= expires - s_margin))
                await RunAsync(cancel);
            return _token;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Invalidate() => _token = null;

    private async Task RunAsync(CancellationToken cancel)
    {
        var start = new ProcessStartInfo(_command, _arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in _environment)
            start.Environment[name] = value;
        start.Environment["KUBERNETES_EXEC_INFO"] = new JsonObject
        {
            ["apiVersion"] = _apiVersion,
            ["kind"] = "ExecCredential",
            ["spec"] = new JsonObject { ["interactive"] = false },
        }.ToJsonString();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_timeout);
        using var process = Process.Start(start) ?? throw new KubeConfigException($"credential plugin {_command} did not start");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Accept(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private void Accept(int exitCode, string output, string error)
    {
        if (exitCode != 0)
            throw new KubeConfigException($"credential plugin {_command} ended with code {exitCode}: {error.Trim()}");
        try
        {
            var status = output.Length <= MaxOutput ? JsonNode.Parse(output)?["status"] : null;
            _token = status?["token"]?.ToString() ?? throw new KubeConfigException($"credential plugin {_command} gave no status.token (client certificates from plugins are not supported)");
            _expires = DateTimeOffset.TryParse(status["expirationTimestamp"]?.ToString(), out var expires) ? expires : null;
        }
        catch (JsonException e)
        {
            throw new KubeConfigException($"credential plugin {_command} did not print JSON: {e.Message}", e);
        }
    }
}
