using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Api.Viz;
using Linkerd.Api.VizTap;
using Linkerd.Viz.Web.Login;
using HttpMethod = System.Net.Http.HttpMethod;

namespace Linkerd.Viz.Tests.Web;

/// <summary>The ingresses of docs/tasks/dashboard-ingress.md: a real nginx with TLS and a password, the real server behind it.</summary>
public sealed class IngressTests
{
    private const string OwnOrigin = "https://" + IngressNginx.Host;
    private static readonly (string, string) s_own = ("Origin", OwnOrigin);
    private static readonly (string, string) s_same = ("Sec-Fetch-Site", "same-origin");
    private static readonly (string, string)[] s_foreign = [("Origin", "https://evil.example.com"), ("Sec-Fetch-Site", "cross-site")];

    /// <summary>Name, the dashboard's -enforced-host, nginx.</summary>
    public static TheoryData<string, string, string> Forms()
    {
        const string Regexp = @"^dashboard\.example\.com$";
        return new TheoryData<string, string, string>
        {
            { "by the host's name", Regexp, IngressNginx.Render(IngressNginx.Ingress(Regexp)) },
            { "with the host check off", ".*", IngressNginx.Render(IngressNginx.Ingress(Regexp)) },
            { "by a host that is allowed", "", IngressNginx.Render(IngressNginx.Ingress("")) },
            { "the same, meshed", "", IngressNginx.Render(IngressNginx.Ingress(""), "proxy_set_header l5d-dst-override $service_name.$namespace.svc.cluster.local:8084;") },
            { "nginx of one's own", "", IngressNginx.Configuration() },
        };
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Behind_a_password_pages_login_and_tap_work(string form, string enforcedHost, string configuration)
    {
        await using var dashboard = await Dashboard.StartAsync(Protected with { EnforcedHost = enforcedHost });
        await using var nginx = await IngressNginx.StartAsync(configuration, dashboard.Port);
        using var stranger = Browser(nginx.Port, null);
        using (var refused = await stranger.GetAsync("/", TestContext.Current.CancellationToken))
            Assert.Equal((HttpStatusCode.Unauthorized, "Basic realm=\"Authentication Required\""), (refused.StatusCode, refused.Headers.WwwAuthenticate.ToString()));
        using var guesser = Browser(nginx.Port, "admin:guess");
        using (var refused = await guesser.GetAsync("/api/session", TestContext.Current.CancellationToken))
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);

        using var browser = Browser(nginx.Port, "admin:let me in");
        using (var page = await browser.GetAsync("/namespaces", TestContext.Current.CancellationToken))
            Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType!.MediaType));

        // The dashboard's own login behind the ingress's: the cookie is bound to the host, over TLS.
        using (var early = await SendAsync(browser, HttpMethod.Get, "/api/overview", null))
            Assert.Equal(HttpStatusCode.Unauthorized, early.StatusCode);
        var cookie = await LoginAsync(browser, s_own, s_same);
        Assert.StartsWith("__Host-linkerd-session=", cookie, StringComparison.Ordinal);
        using (var overview = await SendAsync(browser, HttpMethod.Get, "/api/overview", null, ("Cookie", cookie)))
            Assert.True(overview.IsSuccessStatusCode, $"{form}: {await overview.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        Assert.Contains(dashboard.Audit, static a => a["outcome"]!.GetValue<string>() == "ok" && a["from"]!.GetValue<string>() == "127.0.0.1");

        // A browser of before 2023 says nothing of the site.
        using var tap = await SocketAsync(browser, nginx.Port, ("Cookie", cookie), s_own);
        await Dashboard.SayAsync(tap, """{"resource":"deploy/web","namespace":"emojivoto"}""");
        Assert.Equal("/api/vote", JsonNode.Parse((await Dashboard.HearAsync(tap))!)!["requestInitEvent"]!["path"]!.GetValue<string>());
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_page_of_another_site_gets_nothing_though_the_browser_sends_the_password(string form, string enforcedHost, string configuration)
    {
        await using var dashboard = await Dashboard.StartAsync(Protected with { EnforcedHost = enforcedHost });
        await using var nginx = await IngressNginx.StartAsync(configuration, dashboard.Port);
        using var browser = Browser(nginx.Port, "admin:let me in");
        var cookie = await LoginAsync(browser, s_own, s_same);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => SocketAsync(browser, nginx.Port, [("Cookie", cookie), .. s_foreign]));
        Assert.True(refused.StatusCode == HttpStatusCode.Forbidden, form);
        using var logout = await SendAsync(browser, HttpMethod.Post, "/api/logout", new { }, [("Cookie", cookie), ("x-csrf-token", await CsrfAsync(browser, ("Cookie", cookie))), .. s_foreign]);
        Assert.Equal(HttpStatusCode.Forbidden, logout.StatusCode);
    }

    [Fact]
    public async Task Without_the_snippet_browsers_of_today_are_told_from_pages_of_other_sites()
    {
        var ingress = IngressNginx.Ingress("");
        Assert.True(ingress["metadata"]!["annotations"]!.AsObject().Remove("nginx.ingress.kubernetes.io/configuration-snippet"));
        await using var dashboard = await Dashboard.StartAsync(Open);
        await using var nginx = await IngressNginx.StartAsync(IngressNginx.Render(ingress), dashboard.Port);
        using var browser = Browser(nginx.Port, "admin:let me in");
        using var tap = await SocketAsync(browser, nginx.Port, s_own, s_same);
        Assert.Equal(WebSocketState.Open, tap.State);
        var old = await Assert.ThrowsAsync<HttpRequestException>(() => SocketAsync(browser, nginx.Port, s_own));
        Assert.Equal(HttpStatusCode.Forbidden, old.StatusCode);

        // The outside address makes that origin an own one, for them too.
        await using var named = await Dashboard.StartAsync(Open with { ExternalUrl = new Uri(OwnOrigin) });
        await using var before = await IngressNginx.StartAsync(IngressNginx.Render(ingress), named.Port);
        using var other = Browser(before.Port, "admin:let me in");
        using var opened = await SocketAsync(other, before.Port, s_own);
        Assert.Equal(WebSocketState.Open, opened.State);
    }

    [Fact]
    public async Task An_ingress_that_hands_on_a_name_that_is_not_allowed_is_told_what_to_do()
    {
        var ingress = IngressNginx.Ingress(@"^dashboard\.example\.com$");
        await using var dashboard = await Dashboard.StartAsync(Open);
        await using var nginx = await IngressNginx.StartAsync(IngressNginx.Render(ingress), dashboard.Port);
        using var browser = Browser(nginx.Port, "admin:let me in");
        using var refused = await browser.GetAsync("/", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var text = JsonNode.Parse(await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!.GetValue<string>();
        Assert.Contains("asked for as host 'dashboard.example.com'", text, StringComparison.Ordinal);
        Assert.Contains("web.linkerd-viz.svc.cluster.local:8084", text, StringComparison.Ordinal);
    }

    private static Dashboard.Setup Open => new()
    {
        TrustForwarded = true,
        Taps = new ScriptedTaps(new TapEvent
        {
            ProxyDirection = TapEvent.Types.ProxyDirection.Inbound,
            Http = new TapEvent.Types.Http { RequestInit = new TapEvent.Types.Http.Types.RequestInit { Id = new TapEvent.Types.Http.Types.StreamId(), Path = "/api/vote" } },
        }),
    };

    private static Dashboard.Setup Protected => Open with { Login = LoginMode.Password, Users = "alice:" + Bcrypt.Hash("secret", new byte[16], 4) + "\n" };

    // The name leads to nginx, as DNS would.
    private static HttpClient Browser(int port, string? password)
    {
        var client = new HttpClient(Handler(port)) { BaseAddress = new Uri(OwnOrigin) };
        if (password is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(password)));
        return client;
    }

    private static SocketsHttpHandler Handler(int port) => new()
    {
        UseCookies = false,
        AllowAutoRedirect = false,
        SslOptions = { RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.Subject == "CN=" + IngressNginx.Host },
        ConnectCallback = async (_, cancel) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    private static Task<HttpResponseMessage> SendAsync(HttpClient browser, HttpMethod method, string path, object? json, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = JsonContent.Create(json);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return browser.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<string> CsrfAsync(HttpClient browser, params (string Name, string Value)[] headers)
    {
        using var session = await SendAsync(browser, HttpMethod.Get, "/api/session", null, headers);
        return JsonNode.Parse(await session.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["csrf"]!.GetValue<string>();
    }

    private static async Task<string> LoginAsync(HttpClient browser, params (string Name, string Value)[] headers)
    {
        using var login = await SendAsync(browser, HttpMethod.Post, "/api/login", new { user = "alice", password = "secret" }, [("x-csrf-token", await CsrfAsync(browser)), .. headers]);
        Assert.True(login.StatusCode == HttpStatusCode.NoContent, await login.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return Dashboard.Cookies(login).Single();
    }

    private static async Task<ClientWebSocket> SocketAsync(HttpClient browser, int port, params (string Name, string Value)[] headers)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Authorization", browser.DefaultRequestHeaders.Authorization!.ToString());
        foreach (var (name, value) in headers)
            socket.Options.SetRequestHeader(name, value);
        using var invoker = new HttpMessageInvoker(Handler(port));
        try
        {
            await socket.ConnectAsync(new Uri($"wss://{IngressNginx.Host}/api/tap"), invoker, TestContext.Current.CancellationToken);
        }
        catch (WebSocketException)
        {
            throw new HttpRequestException("refused", null, socket.HttpStatusCode);
        }

        return socket;
    }
}
