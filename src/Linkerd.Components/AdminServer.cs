using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Linkerd.Components;

/// <summary>The admin port: <c>/ping</c>, <c>/live</c>, <c>/ready</c> (503 until ready) and <c>/metrics</c>.</summary>
internal sealed class AdminServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private AdminServer(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Listens at once, so that probes get an answer while caches fill.</summary>
    public static async Task<AdminServer> StartAsync(ComponentContext context, IPEndPoint listen, Func<bool> ready, CancellationToken cancel)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(context.Logs);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(o =>
        {
            o.Listen(listen);
            o.AddServerHeader = false;
            o.Limits.MaxConcurrentConnections = 100;
            o.Limits.MaxRequestBodySize = 0;
        });
        var app = builder.Build();
        app.Run(request => AnswerAsync(request, context.Metrics, ready));
        await app.StartAsync(cancel);
        return new AdminServer(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Task AnswerAsync(HttpContext http, MetricRegistry metrics, Func<bool> ready)
    {
        http.Response.ContentType = "text/plain; charset=utf-8";
        switch (http.Request.Path.Value)
        {
            case "/ping":
                return http.Response.WriteAsync("pong\n");
            case "/live":
                return http.Response.WriteAsync("live\n");
            case "/ready":
                var isReady = ready();
                http.Response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
                return http.Response.WriteAsync(isReady ? "ok\n" : "not ready\n");
            case "/metrics":
                http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
                return http.Response.WriteAsync(metrics.Expose());
            default:
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return http.Response.WriteAsync("not found: try /ping, /live, /ready or /metrics\n");
        }
    }
}
