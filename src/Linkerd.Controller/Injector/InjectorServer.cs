using System.Net;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Controller.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Linkerd.Controller.Injector;

/// <summary>The HTTPS end of the webhook.</summary>
internal sealed class InjectorServer : IAsyncDisposable
{
    /// <summary>Most bytes of a review; a pod's own limit in etcd is 1.5 MiB.</summary>
    private const int MaxReviewBytes = 10 * 1024 * 1024;

    private readonly WebApplication _app;

    private InjectorServer(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    public static async Task<InjectorServer> StartAsync(
        ComponentContext context, IPEndPoint listen, WebhookCertificate certificate, InjectorWebhook webhook, CancellationToken cancel)
    {
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
        app.Run(http => AnswerAsync(http, webhook));
        await app.StartAsync(cancel);
        return new InjectorServer(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task AnswerAsync(HttpContext http, InjectorWebhook webhook)
    {
        try
        {
            if (await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted) is not JsonObject review)
                throw new FormatException("an AdmissionReview is expected");
            var answer = await webhook.ReviewAsync(review, http.RequestAborted);
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
