using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Stats;
using Linkerd.Stats.Store;
using Linkerd.Viz.Web;
using Linkerd.Viz.Web.Access;
using Linkerd.Viz.Web.Assets;
using Linkerd.Viz.Web.Data;
using Linkerd.Viz.Web.Login;
using Linkerd.Viz.Web.Sessions;
using Linkerd.Viz.Web.Tapping;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linkerd.Viz.Tests.Web;

/// <summary>The real server on a free port of loopback, over a cluster and metrics of the test's making.</summary>
internal sealed class Dashboard : IAsyncDisposable
{
    private readonly WebServer _server;
    private readonly StringWriter _audit;
    private readonly string _folder;
    private readonly IDisposable? _login;

    private Dashboard(WebServer server, StringWriter audit, string folder, ManualTime time, IDisposable? login)
    {
        _server = server;
        _audit = audit;
        _folder = folder;
        _login = login;
        Time = time;
        Http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None }) { BaseAddress = new Uri($"http://127.0.0.1:{server.EndPoint.Port}") };
    }

    public HttpClient Http { get; }

    public ManualTime Time { get; }

    public int Port => _server.EndPoint.Port;

    /// <summary>The audit log so far, a JSON object per line.</summary>
    public IReadOnlyList<JsonNode> Audit
    {
        get
        {
            lock (_audit)
                return [.. _audit.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => JsonNode.Parse(l)!)];
        }
    }

    public static async Task<Dashboard> StartAsync(Setup setup)
    {
        var time = new ManualTime();
        var folder = Directory.CreateTempSubdirectory("dashboard-").FullName;
        if (setup.Users is not null)
            await File.WriteAllTextAsync(Path.Combine(folder, "users"), setup.Users);
        if (setup.Roles is not null)
            await File.WriteAllTextAsync(Path.Combine(folder, "roles"), setup.Roles);
        var options = new WebOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, setup.Port),
            Hosts = HostCheck.Create(setup.EnforcedHost, "linkerd-viz", "cluster.local"),
            Login = setup.Login,
            ExternalUrl = setup.ExternalUrl,
            TrustForwarded = setup.TrustForwarded,
            RequestsPerSecond = setup.RequestsPerSecond,
        };
        var store = new SeriesStore(new SeriesStoreOptions());
        var source = setup.Source ?? new EmbeddedMetricsSource(store, time);
        var view = setup.Cluster;
        var history = new History(time);
        var snapshots = new SnapshotCache(new SnapshotReader(source, time), time);
        var sessions = new SessionStore(time);
        var writer = new StringWriter();
        var audit = new AuditLog(TextWriter.Synchronized(writer), time);
        var files = new LoginFiles(folder, time, NullLogger.Instance);
        files.Load();
        var oidc = setup.Oidc is { } make ? make(files, time) : null;
        var api = new Linkerd.Viz.Web.Api.SessionApi(options, sessions, new LoginGuard(time), new PasswordLogin(files), oidc, setup.Tokens, audit);
        var routes = WebComponent.Routes(options, source, view, snapshots, history, new FixedPolicies(setup.Policies), null, setup.Taps, audit, time).Concat(api.Routes);
        var server = await WebServer.StartAsync(
            options, new WebGates(options, sessions, files, audit, time), setup.Assets ?? StaticAssets.Embedded(), routes, NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        return new Dashboard(server, writer, folder, time, oidc);
    }

    /// <summary>Sends a request with headers; <c>host</c> is one of them.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? json = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = json as HttpContent ?? JsonContent.Create(json);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public async Task<JsonNode> JsonAsync(string path, params (string Name, string Value)[] headers)
    {
        using var response = await GetAsync(path, headers);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>The CSRF token of a cookie's session, or of none.</summary>
    public async Task<string> CsrfAsync(string? cookie = null) =>
        (await JsonAsync("/api/session", cookie is null ? [] : [("Cookie", cookie)]))["csrf"]!.GetValue<string>();

    /// <summary>Tries a password.</summary>
    public async Task<HttpResponseMessage> LoginAsync(string user, string password, params (string Name, string Value)[] headers) =>
        await SendAsync(HttpMethod.Post, "/api/login", new { user, password }, [("x-csrf-token", await CsrfAsync()), .. headers]);

    /// <summary>Logs in and returns the cookie.</summary>
    public async Task<string> CookieAsync(string user, string password)
    {
        using var response = await LoginAsync(user, password);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        return Cookies(response).Single();
    }

    /// <summary>Opens a WebSocket; the answer's status is in the exception when it is refused.</summary>
    public async Task<ClientWebSocket> SocketAsync(string path, params (string Name, string Value)[] headers)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        foreach (var (name, value) in headers)
            socket.Options.SetRequestHeader(name, value);
        try
        {
            await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{Port}{path}"), TestContext.Current.CancellationToken);
        }
        catch (WebSocketException)
        {
            throw new HttpRequestException("refused", null, socket.HttpStatusCode);
        }

        return socket;
    }

    public static async Task SayAsync(WebSocket socket, string text) =>
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);

    /// <summary>The next whole message, null when the socket was closed.</summary>
    public static async Task<string?> HearAsync(WebSocket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var buffer = new byte[64 * 1024];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), limit.Token);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            length += part.Count;
            if (part.EndOfMessage)
                return Encoding.UTF8.GetString(buffer, 0, length);
        }
    }

    /// <summary>Name=value of each cookie that an answer sets.</summary>
    public static IReadOnlyList<string> Cookies(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Set-Cookie", out var values) ? [.. values.Select(static v => v.Split(';')[0])] : [];

    /// <summary>Rewrites a file of the login folder with a newer time, and lets the server look.</summary>
    public void Rewrite(string file, string text)
    {
        var path = Path.Combine(_folder, file);
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddDays(Random.Shared.Next(1, 10_000)));
        Time.Advance(TimeSpan.FromSeconds(6));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server.DisposeAsync();
        _login?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>What a test wants.</summary>
    internal sealed record Setup
    {
        public int Port { get; init; }

        public LoginMode Login { get; init; }

        public string? Users { get; init; }

        public string? Roles { get; init; }

        public string EnforcedHost { get; init; } = "";

        public Uri? ExternalUrl { get; init; }

        public bool TrustForwarded { get; init; }

        public double RequestsPerSecond { get; init; } = 1_000;

        public IMetricsSource? Source { get; init; }

        public IClusterView Cluster { get; init; } = FixedCluster.Of("emojivoto", "web", "voting", "emoji");

        public string Policies { get; init; } = "";

        public ITapSource? Taps { get; init; }

        public StaticAssets? Assets { get; init; }

        public KubernetesTokens? Tokens { get; init; }

        public Func<LoginFiles, TimeProvider, OidcLogin>? Oidc { get; init; }
    }
}
