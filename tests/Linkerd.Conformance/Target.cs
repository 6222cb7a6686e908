using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Xunit;

[assembly: AssemblyFixture(typeof(Linkerd.Conformance.Target))]

namespace Linkerd.Conformance;

/// <summary>The API server under test: the one of <c>KUBECONFIG</c>, or our own, started in this process.</summary>
public sealed class Target : IAsyncLifetime
{
    private OwnCluster? _own;
    private HttpClient? _client;
    private HttpClient? _nobody;

    public string Namespace { get; } = "conf-" + Guid.NewGuid().ToString("N")[..8];

    public WebhookServer Webhooks { get; } = new();

    public long Minor { get; private set; }

    public async ValueTask InitializeAsync()
    {
        var path = Environment.GetEnvironmentVariable("KUBECONFIG");
        if (string.IsNullOrEmpty(path)) _own = await OwnCluster.StartAsync();
        var config = _own?.Config ?? KubernetesConfig.Load(path);
        _client = new HttpClient(Handler(config)) { BaseAddress = config.Server, Timeout = TimeSpan.FromSeconds(60) };
        _nobody = new HttpClient(Handler(config with { ClientCertificate = null })) { BaseAddress = config.Server };
        await Webhooks.StartAsync();
        var version = await SendAsync(HttpMethod.Get, "/version", null);
        Minor = long.Parse(version.Body!["minor"]!.GetValue<string>().TrimEnd('+'));
        await SendAsync(HttpMethod.Post, "/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = Namespace, ["labels"] = new JsonObject { ["conformance"] = "true" } } });
        // Where a controller makes the account, this one answers 409.
        await SendAsync(HttpMethod.Post, $"/api/v1/namespaces/{Namespace}/serviceaccounts", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "default" } });
    }

    public async ValueTask DisposeAsync()
    {
        await SendAsync(HttpMethod.Delete, $"/api/v1/namespaces/{Namespace}", null);
        _client?.Dispose();
        _nobody?.Dispose();
        await Webhooks.DisposeAsync();
        if (_own is not null) await _own.DisposeAsync();
    }

    /// <summary>Sends one request. A text body goes as it is, everything else as JSON.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, JsonNode? body, IReadOnlyDictionary<string, string>? extra = null)
    {
        var headers = extra ?? new Dictionary<string, string>();
        using var request = Request(method, path, body, headers);
        // The administrator's certificate would outvote a token.
        using var response = await (headers.ContainsKey("Authorization") ? _nobody! : _client!).SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    /// <summary>Opens a watch; the caller reads lines.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string path, IReadOnlyDictionary<string, string> headers)
    {
        using var request = Request(HttpMethod.Get, path, null, headers);
        return await _client!.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, JsonNode? body, IReadOnlyDictionary<string, string> headers)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            var text = body is JsonValue value && value.TryGetValue(out string? raw) ? raw : body.ToJsonString();
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", headers.GetValueOrDefault("Content-Type", "application/json"));
        }
        foreach (var (name, value) in headers)
            if (name != "Content-Type") request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private static SocketsHttpHandler Handler(KubernetesConfig config)
    {
        var options = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                using var chain = new X509Chain();
                chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                chain.ChainPolicy.CustomTrustStore.AddRange(config.CertificateAuthorities!);
                return certificate is X509Certificate2 leaf && chain.Build(leaf);
            },
        };
        if (config.ClientCertificate is { } client) options.ClientCertificates = [client];
        options.LocalCertificateSelectionCallback = (_, _, certificates, _, _) => certificates is { Count: > 0 } ? certificates[0] : null!;
        return new SocketsHttpHandler { SslOptions = options, UseProxy = false, AllowAutoRedirect = false };
    }
}
