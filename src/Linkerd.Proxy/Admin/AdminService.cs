using System.Buffers;
using System.Collections;
using System.IO.Compression;
using System.Text.Json;
using Linkerd.Http;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Admin;

/// <summary>What the admin server answers, without any transport.</summary>
public sealed class AdminService
{
    private const string Json = "application/json";

    private readonly MetricRegistry _registry;
    private readonly LogSink _log;
    private readonly Func<string, string?> _environment;
    private readonly Func<IEnumerable<string>> _names;
    private readonly Action? _shutdown;

    /// <param name="registry">Written by <c>/metrics</c>.</param>
    /// <param name="log">Its level is read and set by <c>/proxy-log-level</c>.</param>
    /// <param name="environment">Value of a variable.</param>
    /// <param name="names">Names of all variables.</param>
    /// <param name="shutdown">Begins the drain; null turns <c>/shutdown</c> off.</param>
    public AdminService(MetricRegistry registry, LogSink log, Func<string, string?> environment, Func<IEnumerable<string>> names, Action? shutdown)
    {
        _registry = registry;
        _log = log;
        _environment = environment;
        _names = names;
        _shutdown = shutdown;
    }

    /// <summary>Certified and listening.</summary>
    public bool IsReady { get; set; }

    /// <summary>Brings counters up to date before a scrape.</summary>
    public Func<Task>? BeforeScrape { get; init; }

    /// <summary>Begins to stream the log; null when too many do already.</summary>
    public LogStream? StreamLogs(LogFilter filter, Action written) => _log.TryStream(filter, written);

    public async Task<AdminResponse> HandleAsync(AdminRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        switch (request.Path)
        {
            case "/live":
                return AdminResponse.Text(200, "live\n");
            case "/ready":
                return IsReady ? AdminResponse.Text(200, "ready\n") : AdminResponse.Text(503, "not ready\n");
            case "/metrics":
                if (request.Method is not (RequestMethod.Get or RequestMethod.Head)) return NotAllowed("GET, HEAD");
                if (BeforeScrape is { } before) await before();
                return Metrics(request.AcceptsGzip);
            case "/env.json":
                return request.Method is RequestMethod.Get or RequestMethod.Head ? Environment(request) : NotAllowed("GET, HEAD");
            case "/proxy-log-level":
                return request.IsLoopback ? LogLevel(request) : Forbidden();
            case "/logs.json":
                return request.IsLoopback ? Logs(request) : Forbidden();
            case "/shutdown":
                return Shutdown(request);
            default:
                return AdminResponse.Text(404, string.Empty);
        }
    }

    private static AdminResponse Forbidden() => AdminResponse.Text(403, "only clients on the own host may do this\n");

    private static AdminResponse NotAllowed(string allow) => AdminResponse.Text(405, string.Empty) with { Allow = allow };

    private AdminResponse Metrics(bool gzip)
    {
        var text = new ArrayBufferWriter<byte>(16 * 1024);
        _registry.WriteText(text);
        const string Type = "text/plain; version=0.0.4";
        if (!gzip) return new AdminResponse(200, Type, text.WrittenMemory);
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) stream.Write(text.WrittenSpan);
        return new AdminResponse(200, Type, packed.ToArray()) { IsGzip = true };
    }

    private AdminResponse Environment(AdminRequest request)
    {
        if (!AcceptsJson(request)) return AdminResponse.Text(406, "only application/json can be given\n");
        string[] wanted = request.Query.Split('&', StringSplitOptions.RemoveEmptyEntries);
        if (wanted.Any(static n => n.Contains('=', StringComparison.Ordinal)))
            return new AdminResponse(400, Json, "{\"error\":\"query parameters must not have values\"}"u8.ToArray());
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            foreach (string name in wanted.Length > 0 ? wanted.Select(Uri.UnescapeDataString).Distinct() : _names().Order(StringComparer.Ordinal))
            {
                if (_environment(name) is { } value) json.WriteString(name, value);
                else json.WriteNull(name);
            }

            json.WriteEndObject();
        }

        return new AdminResponse(200, Json, body.WrittenMemory);
    }

    private AdminResponse LogLevel(AdminRequest request)
    {
        switch (request.Method)
        {
            case RequestMethod.Get:
                return AdminResponse.Text(200, _log.Filter.Text);
            case RequestMethod.Put:
                if (!LogFilter.TryParse(request.Body.Trim(), out LogFilter filter, out string error)) return AdminResponse.Text(400, error + "\n");
                _log.Filter = filter;
                return new AdminResponse(204, "text/plain", default);
            default:
                return NotAllowed("GET, PUT");
        }
    }

    /// <summary>The filter is the query (GET). The answer goes on until the client leaves.</summary>
    private static AdminResponse Logs(AdminRequest request)
    {
        if (request.Method != RequestMethod.Get) return NotAllowed("GET");
        if (!AcceptsJson(request)) return AdminResponse.Text(406, "only application/json can be given\n");
        string text = Uri.UnescapeDataString(request.Query);
        if (text.Length == 0) return AdminResponse.Text(400, "the query must be a log filter, such as /logs.json?linkerd=debug\n");
        if (!LogFilter.TryParse(text, out LogFilter filter, out string error)) return AdminResponse.Text(400, error + "\n");
        return new AdminResponse(200, Json, default) { Logs = filter };
    }

    private static bool AcceptsJson(AdminRequest request) => request.Accept is not { } accept
        || accept.Contains("*/*", StringComparison.Ordinal) || accept.Contains("application/*", StringComparison.Ordinal) || accept.Contains(Json, StringComparison.OrdinalIgnoreCase);

    private AdminResponse Shutdown(AdminRequest request)
    {
        if (_shutdown is null) return AdminResponse.Text(404, "LINKERD2_PROXY_SHUTDOWN_ENDPOINT_ENABLED is not true\n");
        if (request.Method != RequestMethod.Post) return NotAllowed("POST");
        if (!request.IsLoopback) return Forbidden();
        _shutdown();
        return AdminResponse.Text(200, "shutdown\n");
    }
}
