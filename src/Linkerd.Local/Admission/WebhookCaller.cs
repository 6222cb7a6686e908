using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Local.Api;
using Linkerd.Local.Schema;
using Linkerd.Local.Streaming;

namespace Linkerd.Local.Admission;

/// <summary>Posts one AdmissionReview to a webhook, by Service or URL, over TLS that its <c>caBundle</c> vouches for.</summary>
internal sealed class WebhookCaller(ApiCore core)
{
    private const int LargestAnswer = 8 << 20;

    /// <summary>The <c>response</c> of the review; throws <see cref="WebhookException"/> when there is none that can be used.</summary>
    public async Task<JsonObject> CallAsync(JsonObject webhook, JsonObject review, CancellationToken cancellation)
    {
        var name = webhook.Str("name");
        var seconds = webhook.Long("timeoutSeconds") ?? 10;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), core.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            var answer = await PostAsync(webhook.Obj("clientConfig")!, review, seconds, both.Token);
            var response = answer.Obj("response") ?? throw new WebhookException("the response is missing");
            if (response.Str("uid") != review.Obj("request").Str("uid")) throw new WebhookException("expected response.uid=\"" + review.Obj("request").Str("uid") + "\"");
            return response;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or JsonException or IOException or UriFormatException or WebhookException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            var reason = limit.IsCancellationRequested ? "context deadline exceeded" : (e.InnerException ?? e).Message;
            throw new WebhookException($"failed calling webhook \"{name}\": failed to call webhook: Post \"{Url(webhook.Obj("clientConfig")!, seconds)}\": {reason}", e);
        }
    }

    private async Task<JsonObject> PostAsync(JsonObject config, JsonObject review, long seconds, CancellationToken cancellation)
    {
        var url = new Uri(Url(config, seconds));
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, SslOptions = Tls(config, url.Host) };
        if (config.Obj("service") is { } service) handler.ConnectCallback = (_, stop) => ConnectAsync(service, stop);
        using var client = new HttpClient(handler) { MaxResponseContentBufferSize = LargestAnswer, Timeout = Timeout.InfiniteTimeSpan };
        using var content = new ByteArrayContent(review.ToUtf8());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var message = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        message.Headers.Accept.ParseAdd("application/json");
        using var response = await client.SendAsync(message, cancellation);
        var body = await response.Content.ReadAsByteArrayAsync(cancellation);
        if (response.StatusCode != HttpStatusCode.OK) throw new WebhookException($"the webhook answered HTTP status {(int)response.StatusCode}");
        return Json.ParseObject(body);
    }

    private async ValueTask<Stream> ConnectAsync(JsonObject service, CancellationToken cancellation)
    {
        var space = service.Str("namespace") ?? "";
        var name = service.Str("name") ?? "";
        var port = (int)(service.Long("port") ?? 443);
        if (core.Find("", "services", space, name) is null) throw new WebhookException($"service \"{name}\" not found");
        var endpoint = core.ServiceResolver is { } resolver ? await resolver(space, name, port, cancellation) : null;
        if (endpoint is null) throw new WebhookException($"no endpoints available for service \"{name}\"");
        return await ServiceTransport.ConnectAsync(endpoint, cancellation);
    }

    private static SslClientAuthenticationOptions Tls(JsonObject config, string host)
    {
        var bundle = config.Str("caBundle");
        return new SslClientAuthenticationOptions
        {
            TargetHost = host,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => ServiceTransport.IsTrusted(bundle, certificate, chain, errors),
        };
    }

    private static string Url(JsonObject config, long seconds)
    {
        var text = config.Str("url");
        if (text is null)
        {
            var service = config.Obj("service")!;
            text = $"https://{service.Str("name")}.{service.Str("namespace")}.svc:{service.Long("port") ?? 443}/{(service.Str("path") ?? "").TrimStart('/')}";
        }
        return $"{text}{(text.Contains('?') ? '&' : '?')}timeout={seconds}s";
    }
}
