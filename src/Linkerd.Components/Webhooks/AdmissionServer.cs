using System.Net;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Linkerd.Components.Webhooks;

/// <summary>The HTTPS end of an admission webhook.</summary>
internal sealed class AdmissionServer : IAsyncDisposable
{
    /// <summary>Most bytes of a review; a pod's own limit in etcd is 1.5 MiB.</summary>
    private const int MaxReviewBytes = 10 * 1024 * 1024;

    // What is not read here is admitted where the failure policy is Ignore.
    private static readonly JsonDocumentOptions s_deep = new() { MaxDepth = KubernetesJson.MaxNesting };


    private readonly WebApplication _app;

    private AdmissionServer(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Listens and answers.</summary>
    /// <param name="context">Where it runs.</param>
    /// <param name="listen">Where to listen.</param>
    /// <param name="certificate">Its certificate.</param>
    /// <param name="review">Answers a review; throws <see cref="FormatException"/> for what is none.</param>
    /// <param name="cancel">Ends the start.</param>
    public static async Task<AdmissionServer> StartAsync(
        ComponentContext context, IPEndPoint listen, WebhookCertificate certificate, Func<JsonObject, CancellationToken, Task<JsonObject>> review, CancellationToken cancel)
    {
        context.Metrics.Gauge("webhook_cert_ttl_seconds", "Seconds until the webhook's certificate expires; linkerd upgrade makes a new one.", () => certificate.TimeToLive);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(context.Logs);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(o =>
        {
            o.AddServerHeader = false;
            o.Limits.MaxRequestBodySize = MaxReviewBytes;
            o.Limits.MaxConcurrentConnections = 1000;
            o.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            o.Listen(listen, l => l.UseHttps(new HttpsConnectionAdapterOptions
            {
                SslProtocols = SslProtocols.Tls13,
                ServerCertificateSelector = (_, _) => certificate.Current,
            }));
        });
        var app = builder.Build();
        app.Run(http => AnswerAsync(http, review));
        await app.StartAsync(cancel);
        return new AdmissionServer(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task AnswerAsync(HttpContext http, Func<JsonObject, CancellationToken, Task<JsonObject>> review)
    {
        try
        {
            if (await JsonNode.ParseAsync(http.Request.Body, documentOptions: s_deep, cancellationToken: http.RequestAborted) is not JsonObject question)
                throw new FormatException("an AdmissionReview is expected");
            var answer = await review(question, http.RequestAborted);
            http.Response.ContentType = "application/json";
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer.ToJsonString()), http.RequestAborted);
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsync($"failed to decode admission review request: {e.Message}\n", http.RequestAborted);
        }
    }
}
