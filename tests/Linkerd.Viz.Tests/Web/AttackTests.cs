using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Linkerd.Api.Viz;
using Linkerd.Api.VizTap;
using Linkerd.Kubernetes;
using Linkerd.Testing;
using Linkerd.Viz.Web;
using Linkerd.Viz.Web.Login;
using HttpMethod = System.Net.Http.HttpMethod;

namespace Linkerd.Viz.Tests.Web;

/// <summary>What attackers try, each refused by the real server.</summary>
public sealed class AttackTests
{
    private static readonly string s_users = "alice:" + Bcrypt.Hash("secret", new byte[16], 4) + "\nbob:" + Bcrypt.Hash("other", new byte[16], 4) + "\n";

    private static Dashboard.Setup Passwords => new() { Login = LoginMode.Password, Users = s_users, Roles = "alice: view,tap\nbob: view\n" };

    [Theory]
    [InlineData("evil.example.com")]
    [InlineData("localhost.evil.example.com")]
    [InlineData("<script>alert(1)</script>")]
    public async Task A_rebound_host_is_refused_for_every_path(string host)
    {
        await using var dashboard = await Dashboard.StartAsync(new());
        foreach (var path in (string[])["/", "/api/session", "/api/overview", "/auth/token?token=x", "/assets/x.js"])
        {
            var answer = await RawAsync(dashboard.Port, $"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("<script>", answer, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task The_refusal_of_a_host_says_why_and_what_to_do_and_any_host_can_be_allowed()
    {
        await using var strict = await Dashboard.StartAsync(new());
        using var refused = await strict.GetAsync("/", ("Host", "dashboard.example.com"));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var text = await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("DNS rebinding", text, StringComparison.Ordinal);
        Assert.Contains("-enforced-host", text, StringComparison.Ordinal);
        Assert.Contains(strict.Audit, static a => a["outcome"]!.GetValue<string>() == "host");

        await using var open = await Dashboard.StartAsync(new() { EnforcedHost = ".*" });
        using var allowed = await open.GetAsync("/", ("Host", "dashboard.example.com"));
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
    }

    [Theory]
    [InlineData("http://evil.example.com")]
    [InlineData("null")]
    [InlineData("http://localhost:1")]
    public async Task A_websocket_of_another_origin_is_refused(string origin)
    {
        var taps = new ScriptedTaps();
        await using var dashboard = await Dashboard.StartAsync(new() { Taps = taps });
        var e = await Assert.ThrowsAsync<HttpRequestException>(() => dashboard.SocketAsync("/api/tap", ("Origin", origin)));
        Assert.Equal(HttpStatusCode.Forbidden, e.StatusCode);
        Assert.Empty(taps.Requests);
        using var own = await dashboard.SocketAsync("/api/tap", ("Origin", $"http://127.0.0.1:{dashboard.Port}"));
        Assert.Equal(WebSocketState.Open, own.State);
    }

    [Theory]
    [InlineData("/api/overview")]
    [InlineData("/api/topology")]
    [InlineData("/api/workload?namespace=emojivoto&kind=deployment&name=web")]
    [InlineData("/api/timeseries?namespace=emojivoto&kind=deployment&name=web&metric=rps")]
    [InlineData("/api/authz?namespace=emojivoto")]
    [InlineData("/api/outbound?namespace=emojivoto")]
    [InlineData("/api/controlplane")]
    [InlineData("/api/check")]
    [InlineData("/api/tps-reports")]
    [InlineData("/api/pods")]
    [InlineData("/api/services")]
    [InlineData("/api/edges")]
    [InlineData("/api/routes")]
    [InlineData("/api/gateways")]
    [InlineData("/api/extensions")]
    [InlineData("/api/version")]
    [InlineData("/api/profile?service=web&namespace=emojivoto")]
    [InlineData("/api/resource-definition?namespace=emojivoto&resource_type=deployment&resource_name=web")]
    [InlineData("/api/tap")]
    [InlineData("/api/top")]
    public async Task Without_a_session_or_with_a_forged_one_nothing_is_shown(string path)
    {
        await using var dashboard = await Dashboard.StartAsync(Passwords);
        foreach (var cookie in (string[])["", "linkerd-session=", "linkerd-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "linkerd-session=../../etc/passwd", "__Host-linkerd-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
        {
            using var response = await dashboard.GetAsync(path, ("Cookie", cookie));
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("{\"error\":\"log in first\"}", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_websocket_without_a_session_is_refused_before_the_upgrade()
    {
        await using var dashboard = await Dashboard.StartAsync(Passwords with { Taps = new ScriptedTaps() });
        Assert.Equal(HttpStatusCode.Unauthorized, (await Assert.ThrowsAsync<HttpRequestException>(() => dashboard.SocketAsync("/api/tap"))).StatusCode);
        // Who may only view may not tap.
        var viewer = await dashboard.CookieAsync("bob", "other");
        Assert.Equal(HttpStatusCode.Forbidden, (await Assert.ThrowsAsync<HttpRequestException>(() => dashboard.SocketAsync("/api/tap", ("Cookie", viewer)))).StatusCode);
        var tapper = await dashboard.CookieAsync("alice", "secret");
        using var socket = await dashboard.SocketAsync("/api/tap", ("Cookie", tapper));
        Assert.Equal(WebSocketState.Open, socket.State);
    }

    [Fact]
    public async Task Cross_site_calls_that_change_something_are_refused()
    {
        await using var dashboard = await Dashboard.StartAsync(Passwords);
        var cookie = await dashboard.CookieAsync("alice", "secret");
        var csrf = await dashboard.CsrfAsync(cookie);
        (string, string)[][] attempts =
        [
            [("Cookie", cookie)],
            [("Cookie", cookie), ("x-csrf-token", "guess")],
            [("Cookie", cookie), ("x-csrf-token", await dashboard.CsrfAsync())],
            [("Cookie", cookie), ("x-csrf-token", csrf), ("Origin", "https://evil.example.com")],
            [("Cookie", cookie), ("x-csrf-token", csrf), ("Sec-Fetch-Site", "cross-site")],
        ];
        foreach (var headers in attempts)
        {
            using var refused = await dashboard.SendAsync(HttpMethod.Post, "/api/logout", null, headers);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        using var still = await dashboard.GetAsync("/api/overview", ("Cookie", cookie));
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
        using var done = await dashboard.SendAsync(HttpMethod.Post, "/api/logout", null, ("Cookie", cookie), ("x-csrf-token", csrf));
        Assert.Equal(HttpStatusCode.NoContent, done.StatusCode);
        using var after = await dashboard.GetAsync("/api/overview", ("Cookie", cookie));
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Fact]
    public async Task A_form_of_another_site_cannot_log_in()
    {
        await using var dashboard = await Dashboard.StartAsync(Passwords);
        using var form = await dashboard.SendAsync(
            HttpMethod.Post, "/api/login", new StringContent("{\"user\":\"alice\",\"password\":\"secret\"}", Encoding.UTF8, "text/plain"), ("x-csrf-token", await dashboard.CsrfAsync()));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
        using var without = await dashboard.SendAsync(HttpMethod.Post, "/api/login", new { user = "alice", password = "secret" });
        Assert.Equal(HttpStatusCode.Forbidden, without.StatusCode);
    }

    [Fact]
    public async Task Brute_force_is_locked_out_even_from_the_right_password()
    {
        await using var dashboard = await Dashboard.StartAsync(Passwords);
        for (var i = 0; i < 5; i++)
        {
            using var wrong = await dashboard.LoginAsync("alice", "guess" + i);
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var locked = await dashboard.LoginAsync("alice", "secret");
        Assert.Equal(HttpStatusCode.TooManyRequests, locked.StatusCode);
        Assert.Equal(60, locked.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
        Assert.Contains(dashboard.Audit, static a => a["audit"]!.GetValue<string>() == "lockout" && a["user"]!.GetValue<string>() == "alice" && a["from"]!.GetValue<string>() == "127.0.0.1");
        dashboard.Time.Advance(TimeSpan.FromMinutes(1));
        using var in_ = await dashboard.LoginAsync("alice", "secret");
        Assert.Equal(HttpStatusCode.NoContent, in_.StatusCode);
    }

    [Fact]
    public async Task Forwarded_addresses_are_believed_only_where_an_ingress_is_trusted()
    {
        await using var direct = await Dashboard.StartAsync(Passwords);
        using var a = await direct.LoginAsync("alice", "no", ("X-Forwarded-For", "203.0.113.1"));
        Assert.Equal("127.0.0.1", direct.Audit[^1]["from"]!.GetValue<string>());
        await using var behind = await Dashboard.StartAsync(Passwords with { TrustForwarded = true });
        // The client wrote the first, the ingress the last.
        using var b = await behind.LoginAsync("alice", "no", ("X-Forwarded-For", "198.51.100.7, 203.0.113.1"));
        Assert.Equal("203.0.113.1", behind.Audit[^1]["from"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_user_who_is_not_there_is_told_the_same_as_one_with_a_wrong_password()
    {
        await using var dashboard = await Dashboard.StartAsync(Passwords);
        using var known = await dashboard.LoginAsync("alice", "no");
        using var unknown = await dashboard.LoginAsync("mallory", "no");
        Assert.Equal(known.StatusCode, unknown.StatusCode);
        Assert.Equal(await known.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), await unknown.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Cookies_are_out_of_reach_of_scripts_and_other_hosts()
    {
        await using var plain = await Dashboard.StartAsync(Passwords);
        using var http = await plain.LoginAsync("alice", "secret");
        var cookie = http.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith("linkerd-session=", cookie, StringComparison.Ordinal);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("domain", cookie, StringComparison.OrdinalIgnoreCase);

        await using var tls = await Dashboard.StartAsync(Passwords with { ExternalUrl = new Uri("https://dashboard.example.com"), TrustForwarded = true });
        using var https = await tls.LoginAsync("alice", "secret", ("X-Forwarded-Proto", "https"));
        var secure = https.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith("__Host-linkerd-session=", secure, StringComparison.Ordinal);
        Assert.Contains("secure", secure, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("path=/", secure, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("max-age", https.Headers.GetValues("Strict-Transport-Security").Single(), StringComparison.Ordinal);
        // A cookie without the prefix, which another host of the domain could have planted, is not looked at over https.
        using var planted = await tls.GetAsync("/api/overview", ("X-Forwarded-Proto", "https"), ("Cookie", secure.Split(';')[0].Replace("__Host-", "", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.Unauthorized, planted.StatusCode);
    }

    [Fact]
    public async Task A_planted_session_is_not_the_one_that_is_logged_in()
    {
        await using var dashboard = await Dashboard.StartAsync(Passwords);
        var planted = await dashboard.CookieAsync("bob", "other");
        using var login = await dashboard.SendAsync(
            HttpMethod.Post, "/api/login", new { user = "alice", password = "secret" }, ("Cookie", planted), ("x-csrf-token", await dashboard.CsrfAsync(planted)));
        Assert.Equal(HttpStatusCode.NoContent, login.StatusCode);
        Assert.NotEqual(planted, Dashboard.Cookies(login).Single());
        using var old = await dashboard.GetAsync("/api/overview", ("Cookie", planted));
        Assert.Equal(HttpStatusCode.Unauthorized, old.StatusCode);
    }

    [Fact]
    public async Task Sessions_end_when_idle_when_old_and_when_the_password_changes()
    {
        await using var dashboard = await Dashboard.StartAsync(Passwords);
        var cookie = await dashboard.CookieAsync("alice", "secret");
        dashboard.Rewrite("users", s_users.Replace("bob", "robert", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await dashboard.GetAsync("/api/overview", ("Cookie", cookie))).StatusCode);
        dashboard.Rewrite("users", "alice:" + Bcrypt.Hash("new", new byte[16], 4));
        Assert.Equal(HttpStatusCode.Unauthorized, (await dashboard.GetAsync("/api/overview", ("Cookie", cookie))).StatusCode);

        var idle = await dashboard.CookieAsync("alice", "new");
        dashboard.Time.Advance(TimeSpan.FromHours(8) + TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await dashboard.GetAsync("/api/overview", ("Cookie", idle))).StatusCode);

        var old = await dashboard.CookieAsync("alice", "new");
        for (var hour = 0; hour < 24; hour += 6)
        {
            Assert.Equal(HttpStatusCode.OK, (await dashboard.GetAsync("/api/overview", ("Cookie", old))).StatusCode);
            dashboard.Time.Advance(TimeSpan.FromHours(6) + TimeSpan.FromSeconds(1));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await dashboard.GetAsync("/api/overview", ("Cookie", old))).StatusCode);
    }

    [Fact]
    public async Task A_role_that_is_taken_away_is_gone_at_once()
    {
        await using var dashboard = await Dashboard.StartAsync(Passwords);
        var cookie = await dashboard.CookieAsync("alice", "secret");
        dashboard.Rewrite("roles", "bob: view\n");
        Assert.Equal(HttpStatusCode.Forbidden, (await dashboard.GetAsync("/api/overview", ("Cookie", cookie))).StatusCode);
        // A table that cannot be read changes nothing.
        dashboard.Rewrite("roles", "alice: root\n");
        Assert.Equal(HttpStatusCode.Forbidden, (await dashboard.GetAsync("/api/overview", ("Cookie", cookie))).StatusCode);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"resource\":5}")]
    [InlineData("{\"resource\":\"secret/x\"}")]
    [InlineData("{\"resource\":\"deploy/\"}")]
    [InlineData("{\"resource\":\"deploy/web\",\"maxRps\":-1}")]
    [InlineData("{\"resource\":\"deploy/web\",\"maxRps\":1e30}")]
    [InlineData("{\"resource\":\"deploy/web\",\"scheme\":\"javascript\"}")]
    [InlineData("{\"resource\":\"deploy/web\",\"method\":\"GET / HTTP/1.1\\r\\nX: y\"}")]
    [InlineData("{\"resource\":\"deploy/web\",\"path\":\"/a\\u0000b\"}")]
    public async Task A_malformed_tap_request_is_answered_with_a_sentence_and_closed(string message)
    {
        var taps = new ScriptedTaps();
        await using var dashboard = await Dashboard.StartAsync(new() { Taps = taps });
        using var socket = await dashboard.SocketAsync("/api/tap");
        await Dashboard.SayAsync(socket, message);
        Assert.Contains("\"error\":\"", await Dashboard.HearAsync(socket), StringComparison.Ordinal);
        Assert.Null(await Dashboard.HearAsync(socket));
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, socket.CloseStatus);
        Assert.Empty(taps.Requests);
    }

    [Fact]
    public async Task An_oversized_tap_request_is_refused()
    {
        var taps = new ScriptedTaps();
        await using var dashboard = await Dashboard.StartAsync(new() { Taps = taps });
        using var socket = await dashboard.SocketAsync("/api/tap");
        await Dashboard.SayAsync(socket, "{\"resource\":\"" + new string('a', WebLimits.Message) + "\"}");
        Assert.Contains("16384 bytes", await Dashboard.HearAsync(socket), StringComparison.Ordinal);
        Assert.Null(await Dashboard.HearAsync(socket));
        Assert.Empty(taps.Requests);
    }

    [Fact]
    public async Task Binary_messages_are_refused()
    {
        await using var dashboard = await Dashboard.StartAsync(new() { Taps = new ScriptedTaps() });
        using var socket = await dashboard.SocketAsync("/api/tap");
        await socket.SendAsync(new byte[] { 1, 2, 3 }, WebSocketMessageType.Binary, endOfMessage: true, TestContext.Current.CancellationToken);
        Assert.Contains("must be text", await Dashboard.HearAsync(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_user_holds_eight_taps_at_most()
    {
        await using var dashboard = await Dashboard.StartAsync(new() { Taps = new ScriptedTaps() });
        var open = new List<ClientWebSocket>();
        for (var i = 0; i < WebLimits.WebSocketsPerUser; i++)
            open.Add(await dashboard.SocketAsync("/api/tap"));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await Assert.ThrowsAsync<HttpRequestException>(() => dashboard.SocketAsync("/api/tap"))).StatusCode);
        open[0].Abort();
        await Eventually.TrueAsync(() =>
        {
            try
            {
                open.Add(dashboard.SocketAsync("/api/tap").GetAwaiter().GetResult());
                return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, "a place is free again");
        open.ForEach(static s => s.Dispose());
    }

    [Fact]
    public async Task Logging_out_ends_the_users_taps()
    {
        var taps = new ScriptedTaps();
        await using var dashboard = await Dashboard.StartAsync(Passwords with { Taps = taps });
        var cookie = await dashboard.CookieAsync("alice", "secret");
        using var socket = await dashboard.SocketAsync("/api/tap", ("Cookie", cookie));
        await Dashboard.SayAsync(socket, "{\"resource\":\"deploy/web\",\"namespace\":\"emojivoto\"}");
        await Eventually.TrueAsync(() => taps.Requests.Count == 1, "the tap runs");
        using var done = await dashboard.SendAsync(HttpMethod.Post, "/api/logout", null, ("Cookie", cookie), ("x-csrf-token", await dashboard.CsrfAsync(cookie)));
        await taps.Left.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Null(await Dashboard.HearAsync(socket));
        Assert.Contains(dashboard.Audit, static a => a["audit"]!.GetValue<string>() == "tap" && a["user"]!.GetValue<string>() == "alice" && a["detail"]!.GetValue<string>() == "deployment/web in emojivoto");
    }

    [Fact]
    public async Task A_tap_server_that_refuses_is_heard_in_the_browser()
    {
        await using var dashboard = await Dashboard.StartAsync(new() { Taps = new ScriptedTaps { Failure = new KubernetesException("tap is not enabled", 403, "Forbidden") } });
        using var socket = await dashboard.SocketAsync("/api/tap");
        await Dashboard.SayAsync(socket, "{\"resource\":\"deploy/web\",\"namespace\":\"emojivoto\"}");
        Assert.Equal("{\"error\":\"tap is not enabled\"}", await Dashboard.HearAsync(socket));
        Assert.Null(await Dashboard.HearAsync(socket));
        Assert.Equal(WebSocketCloseStatus.InternalServerError, socket.CloseStatus);
    }

    [Fact]
    public async Task Scripts_in_what_was_tapped_arrive_as_text_only()
    {
        const string Evil = "</script><img src=x onerror=alert(1)>";
        var value = new TapEvent
        {
            ProxyDirection = TapEvent.Types.ProxyDirection.Inbound,
            Http = new() { RequestInit = new() { Path = "/" + Evil, Authority = Evil, Headers = new() { Headers_ = { new Headers.Types.Header { Name = Evil, ValueStr = Evil } } } } },
        };
        await using var dashboard = await Dashboard.StartAsync(new() { Taps = new ScriptedTaps(value) });
        using var socket = await dashboard.SocketAsync("/api/tap");
        await Dashboard.SayAsync(socket, "{\"resource\":\"deploy/web\",\"namespace\":\"emojivoto\",\"extract\":true}");
        var text = await Dashboard.HearAsync(socket);
        Assert.DoesNotContain("<", text, StringComparison.Ordinal);
        var init = System.Text.Json.Nodes.JsonNode.Parse(text!)!["requestInitEvent"]!;
        Assert.Equal("/" + Evil, init["path"]!.GetValue<string>());
        Assert.Equal(Evil, init["headers"]![0]!["valueStr"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("/<script>alert(1)</script>")]
    [InlineData("/namespaces/%3Cscript%3Ealert(1)%3C/script%3E")]
    [InlineData("/api/<script>alert(1)</script>")]
    [InlineData("/api/workload?namespace=%3Cscript%3E&kind=deployment&name=x")]
    [InlineData("/api/workload?namespace=x&kind=%3Cscript%3E&name=x")]
    [InlineData("/api/tps-reports?resource_type=%3Cscript%3Ealert(1)%3C/script%3E")]
    [InlineData("/api/oidc/callback?error=%3Cscript%3Ealert(1)%3C/script%3E")]
    public async Task Scripts_in_a_path_or_parameter_are_inert(string path)
    {
        await using var dashboard = await Dashboard.StartAsync(new());
        var answer = await RawAsync(dashboard.Port, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.DoesNotContain("<script>alert", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Content-Security-Policy: default-src 'none'; script-src 'self'", answer, StringComparison.Ordinal);
        Assert.Contains("X-Content-Type-Options: nosniff", answer, StringComparison.Ordinal);
        Assert.Contains("X-Frame-Options: DENY", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/../../../../etc/passwd")]
    [InlineData("/..%2f..%2f..%2fetc%2fpasswd")]
    [InlineData("/assets/../../etc/passwd")]
    public async Task No_path_leads_out_of_the_front_end(string path)
    {
        await using var dashboard = await Dashboard.StartAsync(new());
        var answer = await RawAsync(dashboard.Port, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("emojivoto\"} or vector(1)#")]
    [InlineData("a,b")]
    [InlineData("a b")]
    public async Task Names_that_are_none_never_reach_a_query(string name)
    {
        await using var dashboard = await Dashboard.StartAsync(new());
        using var response = await dashboard.GetAsync("/api/workload?kind=deployment&name=web&namespace=" + Uri.EscapeDataString(name));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("namespace", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bodies_lines_and_headers_have_limits()
    {
        await using var dashboard = await Dashboard.StartAsync(Passwords);
        using var body = await dashboard.LoginAsync("alice", new string('x', WebLimits.Body));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, body.StatusCode);
        Assert.StartsWith("HTTP/1.1 414", await RawAsync(dashboard.Port, $"GET /{new string('x', WebLimits.RequestLine)} HTTP/1.1\r\nHost: localhost\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431", await RawAsync(dashboard.Port, $"GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: {new string('x', WebLimits.Headers)}\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431", await RawAsync(dashboard.Port, "GET / HTTP/1.1\r\nHost: localhost\r\n" + string.Concat(Enumerable.Repeat("X-Many: x\r\n", WebLimits.HeaderCount + 1)) + "\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_address_cannot_ask_without_end()
    {
        await using var dashboard = await Dashboard.StartAsync(new() { RequestsPerSecond = 5 });
        for (var i = 0; i < 20; i++)
            Assert.Equal(HttpStatusCode.OK, (await dashboard.GetAsync("/api/version")).StatusCode);
        using var refused = await dashboard.GetAsync("/api/version");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        dashboard.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await dashboard.GetAsync("/api/version")).StatusCode);
    }

    [Fact]
    public async Task The_audit_log_cannot_be_forged()
    {
        await using var dashboard = await Dashboard.StartAsync(Passwords);
        using var response = await dashboard.LoginAsync("alice\"}\n{\"audit\":\"login\",\"outcome\":\"ok\",\"user\":\"root", "x");
        Assert.Single(dashboard.Audit);
        Assert.Equal("wrong password", dashboard.Audit[0]["outcome"]!.GetValue<string>());
    }

    private static async Task<string> RawAsync(int port, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = new StringBuilder();
        try
        {
            var buffer = new char[4096];
            int read;
            while ((read = await reader.ReadAsync(buffer)) > 0)
                text.Append(buffer, 0, read);
        }
        catch (IOException)
        {
            // A server that refuses does not read to the end, and resets.
        }

        return text.ToString();
    }
}
