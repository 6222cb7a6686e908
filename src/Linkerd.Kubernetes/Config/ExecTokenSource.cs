using System.ComponentModel;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Linkerd.Kubernetes;

/// <summary>
/// Runs the credential plugin of a kubeconfig (<c>client.authentication.k8s.io</c>, v1 and v1beta1) and keeps the token or the client
/// certificate that it gives until they expire.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "a SemaphoreSlim without a wait handle holds nothing to dispose")]
internal sealed class ExecTokenSource : ITokenSource
{
    private const int MaxOutput = 1 << 20;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(30);

    private const string Group = "client.authentication.k8s.io/";

    private readonly string _command;
    private readonly string[] _arguments;
    private readonly (string Name, string Value)[] _environment;
    private readonly string _apiVersion;
    private readonly string _installHint;
    private readonly JsonObject? _cluster;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly TimeProvider _time = TimeProvider.System;
    private volatile X509Certificate2? _certificate;
    private bool _known;
    private string? _token;
    private DateTimeOffset? _expires;

    private ExecTokenSource(string command, string[] arguments, (string Name, string Value)[] environment, string apiVersion, string installHint, JsonObject? cluster)
    {
        _command = command;
        _arguments = arguments;
        _environment = environment;
        _apiVersion = apiVersion;
        _installHint = installHint;
        _cluster = cluster;
    }

    /// <summary>The client certificate that the plugin gave last, or null.</summary>
    public X509Certificate2? Certificate => _certificate;

    public static ExecTokenSource Parse(JsonObject exec, KubeConfigEntry user, KubeConfigEntry cluster)
    {
        var command = exec["command"]?.ToString();
        if (string.IsNullOrEmpty(command))
            throw new KubeConfigException($"{user.File}: {user.Where}.exec.command is not set");
        if (command.Contains('/'))
            command = Path.GetFullPath(command, Path.GetDirectoryName(Path.GetFullPath(user.File))!);
        var version = exec["apiVersion"]?.ToString() ?? Group + "v1";
        if (version is not (Group + "v1" or Group + "v1beta1"))
            throw new KubeConfigException($"{user.File}: {user.Where}.exec.apiVersion: {version} is not spoken; {Group}v1 and {Group}v1beta1 are");
        if (exec["interactiveMode"]?.ToString() == "Always")
            throw new KubeConfigException($"{user.File}: {user.Where}.exec.interactiveMode: Always needs a terminal; use IfAvailable or Never");
        var environment = (exec["env"] as JsonArray ?? []).Select(static e => (e!["name"]?.ToString() ?? "", e["value"]?.ToString() ?? "")).ToArray();
        var arguments = (exec["args"] as JsonArray ?? []).Select(static a => a!.ToString()).ToArray();
        var told = exec["provideClusterInfo"] is JsonValue value && value.TryGetValue(out bool wanted) && wanted ? Describe(cluster) : null;
        return new ExecTokenSource(command, arguments, environment, version, exec["installHint"]?.ToString() ?? "", told);
    }

    public async ValueTask<string?> GetAsync(CancellationToken cancel)
    {
        await _gate.WaitAsync(cancel);
        try
        {
            if (!_known || (_expires is { } expires && _time.GetUtcNow() >= expires - s_margin))
                await RunAsync(cancel);
            return _token;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Invalidate() => _known = false;

    // What a plugin may know of the cluster that it is asked about.
    private static JsonObject Describe(KubeConfigEntry cluster)
    {
        var told = new JsonObject { ["server"] = cluster.Text("server") };
        if (cluster.Bytes("certificate-authority") is { } authority)
            told["certificate-authority-data"] = Convert.ToBase64String(authority);
        if (cluster.Text("tls-server-name") is { } name)
            told["tls-server-name"] = name;
        if (cluster.Flag("insecure-skip-tls-verify"))
            told["insecure-skip-tls-verify"] = true;
        return told;
    }

    private async Task RunAsync(CancellationToken cancel)
    {
        var start = new ProcessStartInfo(_command, _arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in _environment)
            start.Environment[name] = value;
        var spec = new JsonObject { ["interactive"] = false };
        if (_cluster is not null)
            spec["cluster"] = _cluster.DeepClone();
        start.Environment["KUBERNETES_EXEC_INFO"] = new JsonObject
        {
            ["apiVersion"] = _apiVersion,
            ["kind"] = "ExecCredential",
            ["spec"] = spec,
        }.ToJsonString();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_timeout);
        using var process = Start(start);
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

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new KubeConfigException($"credential plugin {_command} did not start");
        }
        catch (Win32Exception e)
        {
            throw new KubeConfigException($"credential plugin {_command} did not start: {e.Message}{(_installHint.Length == 0 ? "" : $"\n{_installHint.Trim()}")}", e);
        }
    }

    private void Accept(int exitCode, string output, string error)
    {
        if (exitCode != 0)
            throw new KubeConfigException($"credential plugin {_command} ended with code {exitCode}: {error.Trim()}");
        try
        {
            var credential = output.Length <= MaxOutput ? JsonNode.Parse(output) : throw new KubeConfigException($"credential plugin {_command} printed more than {MaxOutput} characters");
            if (credential?["apiVersion"]?.ToString() is { } version && version != _apiVersion)
                throw new KubeConfigException($"credential plugin {_command} answered in {version}, although {_apiVersion} is configured");
            var status = credential?["status"];
            var (certificate, key) = (status?["clientCertificateData"]?.ToString(), status?["clientKeyData"]?.ToString());
            if ((certificate is null) != (key is null))
                throw new KubeConfigException($"credential plugin {_command} gave {(key is null ? "status.clientCertificateData without status.clientKeyData" : "status.clientKeyData without status.clientCertificateData")}");
            _token = status?["token"]?.ToString();
            if (_token is null && certificate is null)
                throw new KubeConfigException($"credential plugin {_command} gave neither status.token nor status.clientCertificateData");
            _certificate = certificate is null ? null : X509Certificate2.CreateFromPem(certificate, key);
            _expires = DateTimeOffset.TryParse(status?["expirationTimestamp"]?.ToString(), out var expires) ? expires : null;
            _known = true;
        }
        catch (JsonException e)
        {
            throw new KubeConfigException($"credential plugin {_command} did not print JSON: {e.Message}", e);
        }
        catch (CryptographicException e)
        {
            throw new KubeConfigException($"credential plugin {_command}: status.clientCertificateData and clientKeyData are no PEM that belongs together: {e.Message}", e);
        }
    }
}
