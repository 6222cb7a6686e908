using System.Net;
using Linkerd.Kubernetes.Models;
using Linkerd.Stats;
using Linkerd.Stats.Prometheus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Linkerd.Viz.MetricsApi;

/// <summary>
/// The HTTP side of metrics-api: Prometheus' <c>/api/v1/query</c> and <c>/api/v1/query_range</c> over whatever the statistics come from, and
/// <c>/sd/pods</c>. The dashboard and the CLI ask here, so that only metrics-api has to reach a Prometheus, and to know its password.
/// </summary>
internal sealed class QueryServer : IAsyncDisposable
{
    /// <summary>Queries that are evaluated at once; more wait.</summary>
    public const int MaxQueries = 8;

    /// <summary>Bytes of a form.</summary>
    public const int MaxRequestBytes = 64 * 1024;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly IMetricsSource _source;
    private readonly Func<IEnumerable<Pod>?> _pods;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _slots = new(MaxQueries, MaxQueries);

    private QueryServer(IPEndPoint listen, IMetricsSource source, Func<IEnumerable<Pod>?> pods, TimeProvider time, ILoggerFactory logs)
    {
        _source = source;
        _pods = pods;
        _time = time;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(o =>
        {
            o.Listen(listen);
            o.AddServerHeader = false;
            o.Limits.MaxConcurrentConnections = 200;
            o.Limits.MaxRequestBodySize = MaxRequestBytes;
            o.Limits.MaxRequestLineSize = MaxRequestBytes;
            o.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Listens and answers.</summary>
    /// <param name="listen">Where.</param>
    /// <param name="source">What is asked.</param>
    /// <param name="pods">All pods; null while they are not known.</param>
    /// <param name="time">Clock of the queries and of their limit.</param>
    /// <param name="logs">The server's own log.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<QueryServer> StartAsync(
        IPEndPoint listen, IMetricsSource source, Func<IEnumerable<Pod>?> pods, TimeProvider time, ILoggerFactory logs, CancellationToken cancel)
    {
        var server = new QueryServer(listen, source, pods, time, logs);
        await server._app.StartAsync(cancel);
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _slots.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        try
        {
            await RouteAsync(http);
        }
        catch (BadHttpRequestException e)
        {
            await TextAsync(http, e.StatusCode, e.Message);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked is gone.
        }
        catch (OperationCanceledException)
        {
            await TextAsync(http, StatusCodes.Status503ServiceUnavailable, $"no answer within {s_limit.TotalSeconds} s");
        }
    }

    private Task RouteAsync(HttpContext http)
    {
        if (http.Request.Method is not ("GET" or "POST"))
            return TextAsync(http, StatusCodes.Status405MethodNotAllowed, "use GET or POST");
        return http.Request.Path.Value switch
        {
            "/api/v1/query" => QueryAsync(http, range: false),
            "/api/v1/query_range" => QueryAsync(http, range: true),
            "/sd/pods" => PodsAsync(http),
            _ => TextAsync(http, StatusCodes.Status404NotFound, "not found: try /api/v1/query, /api/v1/query_range or /sd/pods"),
        };
    }

    private async Task QueryAsync(HttpContext http, bool range)
    {
        using var limit = new CancellationTokenSource(s_limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, http.RequestAborted);
        var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync(either.Token) : null;
        await _slots.WaitAsync(either.Token);
        try
        {
            var (status, body) = range
                ? await PrometheusAnswers.AnswerRangeAsync(_source, Parameter("query"), Parameter("start"), Parameter("end"), Parameter("step"), either.Token)
                : await PrometheusAnswers.AnswerAsync(_source, Parameter("query"), _time, either.Token);
            http.Response.StatusCode = status;
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(body, either.Token);
        }
        finally
        {
            _slots.Release();
        }

        string? Parameter(string name) => form?[name] is { Count: > 0 } inForm ? inForm.ToString() : http.Request.Query[name] is { Count: > 0 } values ? values.ToString() : null;
    }

    private async Task PodsAsync(HttpContext http)
    {
        // A Prometheus keeps its targets when this fails; an empty list would take them all away.
        if (_pods() is not { } pods)
        {
            await TextAsync(http, StatusCodes.Status503ServiceUnavailable, "the pods are not known yet");
            return;
        }

        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(PodDiscovery.Write(pods), http.RequestAborted);
    }

    private static Task TextAsync(HttpContext http, int status, string text)
    {
        if (http.Response.HasStarted)
            return Task.CompletedTask;
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(text + "\n", CancellationToken.None);
    }
}
