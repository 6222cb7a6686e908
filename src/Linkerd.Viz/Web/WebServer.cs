using System.Net;
using Linkerd.Kubernetes;
using Linkerd.Stats;
using Linkerd.Viz.Web.Access;
using Linkerd.Viz.Web.Api;
using Linkerd.Viz.Web.Assets;
using Linkerd.Viz.Web.Login;
using Linkerd.Viz.Web.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Linkerd.Viz.Web;

/// <summary>
/// The dashboard's HTTP server. A request passes, in this order: host check, headers for the browser, rate, session and role, origin and
/// CSRF token, handler; what is no API call is answered with the front end.
/// </summary>
internal sealed partial class WebServer : IAsyncDisposable
{
    private const int BucketTable = 10_000;
    private readonly WebOptions _options;
    private readonly WebGates _gates;
    private readonly StaticAssets _assets;
    private readonly Dictionary<(string Method, string Path), WebRoute> _routes;
    private readonly ILogger _log;
    private readonly WebApplication _app;

    private WebServer(WebOptions options, WebGates gates, StaticAssets assets, IEnumerable<WebRoute> routes, ILoggerFactory logs)
    {
        _options = options;
        _gates = gates;
        _assets = assets;
        _routes = routes.ToDictionary(static r => (r.Method, r.Path));
        _log = logs.CreateLogger("web");
        _app = Build(logs);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.Any, 0);

    /// <summary>Starts it.</summary>
    public static async Task<WebServer> StartAsync(
        WebOptions options, WebGates gates, StaticAssets assets, IEnumerable<WebRoute> routes, ILoggerFactory logs, CancellationToken cancel)
    {
        var server = new WebServer(options, gates, assets, routes, logs);
        await server._app.StartAsync(cancel);
        server.EndPoint = new IPEndPoint(options.Listen.Address, new Uri(server._app.Urls.First()).Port);
        return server;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>The gate that every address's requests pass.</summary>
    internal static RateGate NewRateGate(WebOptions options, TimeProvider time) =>
        new(options.RequestsPerSecond, options.RequestsPerSecond * 4, BucketTable, time);

    private WebApplication Build(ILoggerFactory logs)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(_options.Listen, static o => o.Protocols = HttpProtocols.Http1);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = WebLimits.Connections;
            kestrel.Limits.MaxConcurrentUpgradedConnections = WebLimits.WebSockets;
            kestrel.Limits.MaxRequestBodySize = WebLimits.Body;
            kestrel.Limits.MaxRequestLineSize = WebLimits.RequestLine;
            kestrel.Limits.MaxRequestHeadersTotalSize = WebLimits.Headers;
            kestrel.Limits.MaxRequestHeaderCount = WebLimits.HeaderCount;
            kestrel.Limits.RequestHeadersTimeout = WebLimits.HeaderTime;
        });
        var app = builder.Build();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(30), KeepAliveTimeout = TimeSpan.FromSeconds(30) });
        app.Run(HandleAsync);
        return app;
    }

    private async Task HandleAsync(HttpContext http)
    {
        var https = IsHttps(http);
        SecurityHeaders.Apply(http.Response.Headers, https);
        try
        {
            _gates.CheckHost(http);
            var path = http.Request.Path.Value ?? "/";
            if (IsCall(http.Request, path))
                await CallAsync(http, https, path);
            else
                await _assets.SendAsync(http, path);
        }
        catch (WebFaultException e)
        {
            await JsonAnswers.ErrorAsync(http, e.Status, e.Message, e.RetryAfter);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            await JsonAnswers.ErrorAsync(http, StatusCodes.Status400BadRequest, e.Message);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
        {
            await JsonAnswers.ErrorAsync(http, e.StatusCode, e.Message);
        }
        catch (Exception e) when (e is MetricsSourceException or KubernetesException)
        {
            await JsonAnswers.ErrorAsync(http, StatusCodes.Status502BadGateway, e.Message);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The browser went away.
        }
        catch (Exception e)
        {
            // Ours to mend: the log gets the whole of it, the browser only that it happened.
            Failed(_log, http.Request.Path.Value ?? "", e);
            await JsonAnswers.ErrorAsync(http, StatusCodes.Status500InternalServerError, "the dashboard failed; its log says why: kubectl -n linkerd-viz logs deploy/web");
        }
    }

    // The page that makes a profile has the address that fetches it, as in Linkerd's dashboard.
    private static bool IsCall(HttpRequest request, string path) =>
        path is "/auth/token" or "/api" || path.StartsWith("/api/", StringComparison.Ordinal) || (path == "/profiles/new" && request.Query.ContainsKey("service"));

    private async Task CallAsync(HttpContext http, bool https, string path)
    {
        var method = http.Request.Method == "HEAD" ? "GET" : http.Request.Method;
        if (!_routes.TryGetValue((method, path), out var route))
        {
            var known = _routes.Keys.Any(r => r.Path == path);
            throw known
                ? new WebFaultException(StatusCodes.Status405MethodNotAllowed, $"{path} does not take {http.Request.Method}")
                : new WebFaultException(StatusCodes.Status404NotFound, $"there is no {path}");
        }

        await route.Handle(_gates.Admit(http, https, route));
    }

    private bool IsHttps(HttpContext http) =>
        http.Request.IsHttps
        || (_options.ExternalUrl?.Scheme == "https" && string.Equals(http.Request.Host.Value, _options.ExternalUrl.Authority, StringComparison.OrdinalIgnoreCase))
        || (_options.TrustForwarded && http.Request.Headers["X-Forwarded-Proto"] == "https");

    [LoggerMessage(1, LogLevel.Error, "{Path} failed")]
    private static partial void Failed(ILogger log, string path, Exception e);
}
