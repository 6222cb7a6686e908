using System.Text.Json.Nodes;
using Linkerd.Local.Auth;
using Linkerd.Local.Schema;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Linkerd.Local.Api;

/// <summary>The way of every request: who, what, whether allowed, then the handler. Errors become <c>Status</c> objects here.</summary>
internal sealed partial class ApiDispatcher
{
    private readonly ApiCore _core;
    private readonly Authenticator _authenticator;
    private readonly Discovery _discovery;
    private readonly ResourceDispatcher _resources;

    public ApiDispatcher(ApiCore core)
    {
        _core = core;
        _authenticator = new Authenticator(core);
        _discovery = new Discovery(core);
        _resources = new ResourceDispatcher(core);
    }

    public async Task HandleAsync(HttpContext http)
    {
        var query = http.Request.Query["watch"].ToString();
        var request = new ApiRequest(http, RequestPath.Parse(http.Request.Method, http.Request.Path.Value ?? "/", query is "true" or "1" or "True"));
        try
        {
            await RouteAsync(request);
        }
        catch (ApiException e)
        {
            await ResponseWriter.WriteErrorAsync(request, e);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client is gone: there is nobody to answer.
        }
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested)
        {
            LogFailure(_core.Log, e, http.Request.Method, request.Path.Path);
            await ResponseWriter.WriteErrorAsync(request, ApiException.Internal(e.Message));
        }
    }

    private async Task RouteAsync(ApiRequest request)
    {
        if (await TryPublicAsync(request)) return;
        request.User = _authenticator.Authenticate(request) ?? throw ApiException.Unauthorized();
        _core.Authorizer.CheckImpersonation(request);
        _core.Authorizer.Check(request);
        if (!request.Path.IsResource)
        {
            if (await _discovery.TryHandleAsync(request) || await _core.Documents.TryHandleAsync(request)
                || await MetricsEndpoint.TryHandleAsync(request, _core.Metrics, _core.Clock) || await _core.Aggregation.TryProxyAsync(request)) return;
            await ResponseWriter.WriteTextAsync(request, 404, "404 page not found\n");
            return;
        }
        await _resources.HandleAsync(request);
    }

    private static async Task<bool> TryPublicAsync(ApiRequest request)
    {
        var path = request.Path.Path;
        if (path is "/livez" or "/readyz" or "/healthz" || path.StartsWith("/livez/", StringComparison.Ordinal) || path.StartsWith("/readyz/", StringComparison.Ordinal))
        {
            await ResponseWriter.WriteTextAsync(request, 200, request.Http.Request.Query.ContainsKey("verbose") ? $"[+]ping ok\n{path[1..]} check passed\n" : "ok");
            return true;
        }
        if (path != "/version") return false;
        await ResponseWriter.WriteAsync(request, 200, ServerVersion.Document());
        return true;
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
    private static partial void LogFailure(ILogger logger, Exception error, string method, string path);
}
