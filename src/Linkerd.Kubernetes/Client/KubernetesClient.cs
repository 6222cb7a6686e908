using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Kubernetes;

/// <summary>A connection to one API server; thread-safe, meant to live as long as the process.</summary>
public sealed partial class KubernetesClient : IDisposable
{
    /// <summary>Largest error body that is read, in bytes.</summary>
    private const int MaxErrorBody = 64 * 1024;

    private readonly HttpMessageInvoker _http;
    private readonly Uri _root;

    /// <summary>Connects on first use.</summary>
    public KubernetesClient(KubernetesConfig config)
        : this(config, KubernetesHandler.Create(config))
    {
    }

    /// <summary>For tests: requests go to <paramref name="handler"/>, which is disposed with the client.</summary>
    public KubernetesClient(KubernetesConfig config, HttpMessageHandler handler)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        _http = new HttpMessageInvoker(handler);
        _root = config.Server.AbsoluteUri.EndsWith('/') ? config.Server : new Uri(config.Server.AbsoluteUri + "/");
    }

    /// <summary>How the server is reached.</summary>
    public KubernetesConfig Config { get; }

    /// <summary>Longest that a request other than watch, logs and streams may take; default 30 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The objects of one resource, in one namespace or (null) in all.</summary>
    public ResourceClient<T> Resource<T>(ResourceType<T> type, string? ns = null)
        where T : class => new(this, type, ns);

    /// <summary>The objects of a custom or otherwise untyped resource.</summary>
    public ResourceClient<JsonObject> Dynamic(GroupVersionResource gvr, string kind, bool namespaced, string? ns = null) =>
        new(this, ResourceType.Dynamic(gvr, kind, namespaced), ns);

    public void Dispose() => _http.Dispose();

    /// <summary>Sends a request and returns its answer as raw text; for paths that no method covers.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path and query, without a leading slash.</param>
    /// <param name="body">JSON body, or null.</param>
    /// <param name="cancel">Cancels the request.</param>
    public async Task<string> RawAsync(HttpMethod method, string path, string? body = null, CancellationToken cancel = default)
    {
        using var limit = Limit(cancel);
        using var response = await SendAsync(method, path, body is null ? null : JsonContent(body), limit.Token, cancel);
        return await response.Content.ReadAsStringAsync(limit.Token);
    }

    /// <summary>
    /// Sends a request whose answer has no end, such as a tap's, and returns its body; the head must come within <see cref="RequestTimeout"/>.
    /// Dispose the stream to end it.
    /// </summary>
    public async Task<Stream> RawStreamAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancel = default)
    {
        using var head = Limit(cancel);
        var response = await SendAsync(method, path, body, head.Token, cancel, "*/*");
        head.CancelAfter(Timeout.InfiniteTimeSpan);
        return await response.Content.ReadAsStreamAsync(cancel);
    }

    internal async Task<T> SendJsonAsync<T>(HttpMethod method, string path, HttpContent? body, JsonTypeInfo<T> json, CancellationToken cancel, string? accept = null)
    {
        using var limit = Limit(cancel);
        using var response = await SendAsync(method, path, body, limit.Token, cancel, accept);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(limit.Token);
            return await JsonSerializer.DeserializeAsync(stream, json, limit.Token)
                ?? throw new KubernetesException($"{method} {path}: the server answered null", (int)response.StatusCode, KubernetesException.Malformed);
        }
        catch (JsonException e)
        {
            throw new KubernetesException($"{method} {path}: the server's answer is not what was asked for: {e.Message}", (int)response.StatusCode, KubernetesException.Malformed, inner: e);
        }
        catch (Exception e) when (Unreachable(e, cancel))
        {
            throw NoAnswer(method, path, e);
        }
    }

    /// <summary>Sends and checks the status; the caller reads and disposes the answer.</summary>
    internal async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken token, CancellationToken cancel, string? accept = null)
    {
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(_root, path)) { Content = body, Version = System.Net.HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
            request.Headers.Accept.ParseAdd(accept ?? "application/json");
            await AuthorizeAsync(request.Headers, token);
            var response = await _http.SendAsync(request, token);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
                throw await FaultAsync(method, path, response, token);
        }
        catch (Exception e) when (Unreachable(e, cancel))
        {
            throw NoAnswer(method, path, e);
        }
    }

    internal CancellationTokenSource Limit(CancellationToken cancel)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(RequestTimeout);
        return limit;
    }

    internal static StringContent JsonContent(string json, string mediaType = "application/json")
    {
        var content = new StringContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return content;
    }

    private async ValueTask AuthorizeAsync(HttpRequestHeaders headers, CancellationToken cancel)
    {
        headers.UserAgent.TryParseAdd(Config.UserAgent);
        if (Config.Token is { } source && await source.GetAsync(cancel) is { } token)
            headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (Config.ImpersonateUser is not { } user)
            return;
        headers.Add("Impersonate-User", user);
        foreach (var group in Config.ImpersonateGroups)
            headers.Add("Impersonate-Group", group);
    }

    private async Task<KubernetesException> FaultAsync(HttpMethod method, string path, HttpResponseMessage response, CancellationToken cancel)
    {
        var code = (int)response.StatusCode;
        if (code == 401)
            Config.Token?.Invalidate();
        var body = await ReadLimitedAsync(response.Content, cancel);
        // The mesh's own aggregated API: its body is a protobuf frame, its reason is in a header.
        if (response.Headers.TryGetValues(KubernetesException.ExtensionError, out var reasons))
            return new KubernetesException(string.Join(", ", reasons), code, KubernetesException.ExtensionError);
        if (TryStatus(body) is { } status)
        {
            status.Code ??= code;
            return KubernetesException.FromStatus(status);
        }

        return new KubernetesException($"{method} {path}: HTTP {code} {response.ReasonPhrase}: {body.Trim()}", code, response.ReasonPhrase)
        {
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }

    private static Status? TryStatus(string body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, KubernetesJson.Default.Status) is { Kind: "Status" } status ? status : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task<string> ReadLimitedAsync(HttpContent content, CancellationToken cancel)
    {
        await using var stream = await content.ReadAsStreamAsync(cancel);
        var buffer = new byte[MaxErrorBody];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static bool Unreachable(Exception e, CancellationToken cancel) =>
        e is HttpRequestException or IOException || (e is OperationCanceledException && !cancel.IsCancellationRequested);

    private KubernetesException NoAnswer(HttpMethod method, string path, Exception e)
    {
        var why = e is OperationCanceledException ? $"no answer within {RequestTimeout.TotalSeconds:0} s" : e.InnerException?.Message ?? e.Message;
        return new KubernetesException($"{method} {path}: cannot reach {Config.Server}: {why}", 0, "Unreachable", inner: e);
    }
}
