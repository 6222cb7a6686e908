using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Local.Schema;
using Linkerd.Local.Storage;
using Linkerd.Local.Streaming;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Local.Api;

/// <summary>
/// API groups that a Service serves, by <c>APIService</c> objects. The user is handed on in the headers of the request-header protocol, vouched
/// for by a client certificate that <c>extension-apiserver-authentication</c> names.
/// </summary>
internal sealed class Aggregation(ApiCore core)
{
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(10);
    private static readonly string[] HopHeaders = ["Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "Host", "Authorization", "Content-Length"];
    private readonly ResourceStore _services = core.Store.Resource("apiregistration.k8s.io/apiservices");
    private readonly Lazy<X509Certificate2> _identity = new(() => Identity(core));
    private volatile ImmutableHashSet<string> _away = ImmutableHashSet<string>.Empty;
    private ImmutableDictionary<string, JsonArray> _discovered = ImmutableDictionary<string, JsonArray>.Empty;

    /// <summary>The groups and versions with a Service behind them; those without an endpoint at the last <see cref="RefreshAsync"/> are left out.</summary>
    public IReadOnlyList<(string Group, string Version)> Groups() =>
        [.. Services().Select(static s => (Group: s.Str("group") ?? "", Version: s.Str("version") ?? "")).Where(g => !_away.Contains($"{g.Group}/{g.Version}"))];

    /// <summary>Looks which of the Services have an endpoint: clients that list all resources would ask the others in vain, and say so each time.</summary>
    public async ValueTask RefreshAsync(CancellationToken cancellation)
    {
        if (core.ServiceResolver is not { } resolver) return;
        var away = ImmutableHashSet<string>.Empty;
        foreach (var spec in Services())
        {
            var service = spec.Obj("service")!;
            if (await resolver(service.Str("namespace") ?? "", service.Str("name") ?? "", (int)(service.Long("port") ?? 443), cancellation) is null)
                away = away.Add($"{spec.Str("group")}/{spec.Str("version")}");
        }
        _away = away;
    }

    /// <summary>Whether every such server has told its resources.</summary>
    public bool AllKnown => Groups().All(g => _discovered.ContainsKey($"{g.Group}/{g.Version}"));

    /// <summary>The resources of such a version in the aggregated form; empty until its server has answered.</summary>
    public JsonArray Discovered(string group, string version) =>
        _discovered.TryGetValue($"{group}/{version}", out var resources) ? (JsonArray)resources.DeepClone() : [];

    /// <summary>Hands the request to the Service that serves its group; false when there is none.</summary>
    public async Task<bool> TryProxyAsync(ApiRequest request)
    {
        var parts = request.Path.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ["apis", var group, var version, ..]) return false;
        if (_services.Objects.GetValueOrDefault($"{version}.{group}")?.Node.Obj("spec") is not { } spec || spec.Obj("service") is not { } service) return false;
        using var handler = Handler(spec, service);
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        var source = request.Http.Request;
        var host = $"{service.Str("name")}.{service.Str("namespace")}.svc";
        using var message = new HttpRequestMessage(HttpMethod.Parse(source.Method), new Uri($"https://{host}{source.Path}{source.QueryString}"));
        CopyHeaders(request, message);
        try
        {
            using var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, request.Cancellation);
            await AnswerAsync(request, response, group, version, parts.Length == 3);
        }
        catch (Exception e) when (e is HttpRequestException or SocketException && !request.Http.Response.HasStarted)
        {
            throw ApiException.Unavailable($"error trying to reach service: {(e.InnerException ?? e).Message}");
        }
        return true;
    }

    private IEnumerable<JsonObject> Services() => _services.Objects.Values.Select(static s => s.Node.Obj("spec")).OfType<JsonObject>().Where(static s => s.Obj("service") is not null);

    private async Task AnswerAsync(ApiRequest request, HttpResponseMessage response, string group, string version, bool discovery)
    {
        request.Http.Response.StatusCode = (int)response.StatusCode;
        request.Http.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        foreach (var (name, values) in response.Headers)
        {
            if (!HopHeaders.Contains(name, StringComparer.OrdinalIgnoreCase)) request.Http.Response.Headers[name] = values.ToArray();
        }
        if (discovery)
        {
            var bytes = await response.Content.ReadAsByteArrayAsync(request.Cancellation);
            if (response.IsSuccessStatusCode) Remember(group, version, bytes);
            await request.Http.Response.Body.WriteAsync(bytes, request.Cancellation);
            return;
        }
        // Flushed piece by piece: tap and watches are streams.
        await using var body = await response.Content.ReadAsStreamAsync(request.Cancellation);
        var buffer = new byte[32 * 1024];
        await request.Http.Response.Body.FlushAsync(request.Cancellation);
        for (int count; (count = await body.ReadAsync(buffer, request.Cancellation)) > 0;)
        {
            await request.Http.Response.Body.WriteAsync(buffer.AsMemory(0, count), request.Cancellation);
            await request.Http.Response.Body.FlushAsync(request.Cancellation);
        }
    }

    private static void CopyHeaders(ApiRequest request, HttpRequestMessage message)
    {
        var source = request.Http.Request;
        if (source.ContentLength is > 0 || source.Headers.TransferEncoding.Count > 0) message.Content = new StreamContent(source.Body);
        foreach (var (name, value) in source.Headers)
        {
            if (HopHeaders.Contains(name, StringComparer.OrdinalIgnoreCase) || name.StartsWith(':') || name.StartsWith("X-Remote-", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("Impersonate-", StringComparison.OrdinalIgnoreCase)) continue;
            if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value)) message.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value);
        }
        message.Headers.TryAddWithoutValidation("X-Remote-User", request.User.Name);
        // The platform's client puts all groups on one line, comma-separated, which HTTP allows for a list.
        foreach (var group in request.User.Groups) message.Headers.TryAddWithoutValidation("X-Remote-Group", group);
        foreach (var (key, values) in request.User.Extra) message.Headers.TryAddWithoutValidation("X-Remote-Extra-" + Uri.EscapeDataString(key), values);
    }

    private SocketsHttpHandler Handler(JsonObject spec, JsonObject service)
    {
        var bundle = spec.Str("caBundle");
        var insecure = spec.Bool("insecureSkipTLSVerify") == true;
        return new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectWithin,
            ConnectCallback = (_, cancellation) => ConnectAsync(service, cancellation),
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [_identity.Value],
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) => insecure || ServiceTransport.IsTrusted(bundle, certificate, chain, errors),
            },
        };
    }

    private async ValueTask<Stream> ConnectAsync(JsonObject service, CancellationToken cancellation)
    {
        var resolver = core.ServiceResolver;
        var endpoint = resolver is null ? null : await resolver(service.Str("namespace") ?? "", service.Str("name") ?? "", (int)(service.Long("port") ?? 443), cancellation);
        if (endpoint is null) throw new HttpRequestException($"no endpoints available for service \"{service.Str("name")}\"");
        return await ServiceTransport.ConnectAsync(endpoint, cancellation);
    }

    private void Remember(string group, string version, byte[] list)
    {
        try
        {
            var resources = new JsonArray();
            foreach (var entry in Json.ParseObject(list).Arr("resources").Objects().Where(r => r.Str("name")?.Contains('/') == false))
                resources.Add((JsonNode)new JsonObject
                {
                    ["resource"] = entry.Str("name"),
                    ["responseKind"] = new JsonObject { ["group"] = group, ["version"] = version, ["kind"] = entry.Str("kind") },
                    ["scope"] = entry.Bool("namespaced") == true ? "Namespaced" : "Cluster",
                    ["singularResource"] = entry.Str("singularName"),
                    ["verbs"] = entry["verbs"].Copy(),
                });
            ImmutableInterlocked.AddOrUpdate(ref _discovered, $"{group}/{version}", resources, (_, _) => resources);
        }
        catch (JsonException)
        {
            // Its clients will see the same nonsense; the aggregated list stays as it was.
        }
    }

    private static X509Certificate2 Identity(ApiCore core)
    {
        var (certificate, key) = core.Pki.IssueClient("front-proxy-client", []);
        using var pem = X509Certificate2.CreateFromPem(certificate, key);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }
}
