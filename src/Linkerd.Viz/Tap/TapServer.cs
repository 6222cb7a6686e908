using System.Net;
using System.Security.Authentication;
using Linkerd.Components.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Linkerd.Viz.Tap;

/// <summary>The HTTPS end of the aggregated API.</summary>
internal sealed class TapServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TapServer(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Listens and answers. Client certificates are asked for and judged with the request: discovery needs none.</summary>
    public static async Task<TapServer> StartAsync(ComponentContext context, IPEndPoint listen, WebhookCertificate certificate, RequestDelegate answer, CancellationToken cancel)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(context.Logs);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(o =>
        {
            o.AddServerHeader = false;
            o.Limits.MaxRequestBodySize = TapSettings.MaxRequestBytes;
            o.Limits.MaxConcurrentConnections = 1000;
            o.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            o.Listen(listen, l => l.UseHttps(new HttpsConnectionAdapterOptions
            {
                SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ServerCertificateSelector = (_, _) => certificate.Current,
                ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                ClientCertificateValidation = static (_, _, _) => true,
            }));
        });
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(cancel);
        return new TapServer(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
