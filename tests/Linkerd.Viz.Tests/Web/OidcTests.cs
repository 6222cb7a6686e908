using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Viz.Web.Login;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linkerd.Viz.Tests.Web;

/// <summary>Login by OpenID Connect: against a real provider, and against one that lies.</summary>
public sealed class OidcTests
{
    [Fact]
    public async Task One_logs_in_at_a_real_provider_before_and_after_it_has_changed_its_keys()
    {
        RealProvider.Require();
        var (own, theirs) = (FreePort(), FreePort());
        var redirect = $"http://127.0.0.1:{own}/api/oidc/callback";
        using var provider = new RealProvider(theirs, redirect);
        await provider.StartAsync();
        using var http = new HttpClient();
        await using var dashboard = await Dashboard.StartAsync(new()
        {
            Port = own,
            Login = LoginMode.Oidc,
            Roles = "@sre: view,tap\n",
            Oidc = (files, time) => new OidcLogin(
                new OidcOptions { Issuer = new Uri($"http://127.0.0.1:{theirs}"), ClientId = "dashboard", RedirectUri = new Uri(redirect), Scopes = "openid email groups" },
                WithSecret(files), http, time),
        });

        Assert.Equal(HttpStatusCode.Unauthorized, (await dashboard.GetAsync("/api/overview")).StatusCode);
        var cookie = await LogInAsync(dashboard, "/namespaces/emojivoto");
        var session = await dashboard.JsonAsync("/api/session", ("Cookie", cookie));
        Assert.Equal(("oidc", "alice@example.com"), (session["login"]!.GetValue<string>(), session["user"]!.GetValue<string>()));
        Assert.Equal(["view", "tap"], session["roles"]!.AsArray().Select(static r => r!.GetValue<string>()));

        provider.Rotate();
        await provider.StartAsync();
        dashboard.Time.Advance(TimeSpan.FromSeconds(11));
        var after = await LogInAsync(dashboard, "/");
        Assert.Equal(HttpStatusCode.OK, (await dashboard.GetAsync("/api/overview", ("Cookie", after))).StatusCode);
        Assert.Equal(2, dashboard.Audit.Count(static a => a["audit"]!.GetValue<string>() == "login" && a["outcome"]!.GetValue<string>() == "ok" && a["user"]!.GetValue<string>() == "alice@example.com"));
    }

    [Fact]
    public async Task The_request_has_pkce_state_and_nonce_and_a_good_answer_logs_in()
    {
        using var liar = new Liar();
        var (login, query, binding) = await liar.StartAsync();
        Assert.Equal(("code", "dashboard", "S256"), (query["response_type"], query["client_id"], query["code_challenge_method"]));
        Assert.All((string[])["state", "nonce", "code_challenge"], name => Assert.Equal(43, query[name].Length));
        var identity = await login.CompleteAsync(query["state"], "code", Liar.Issuer, binding, TestContext.Current.CancellationToken);
        Assert.Equal(("alice@example.com", "/back"), (identity.User, identity.ReturnTo));
        Assert.Equal(["sre"], identity.Groups);
        // What the token endpoint was sent proves that we are who asked.
        Assert.Equal(query["code_challenge"], Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(liar.Form!["code_verifier"]))));
        // And the answer is good once.
        await Assert.ThrowsAsync<OidcException>(() => login.CompleteAsync(query["state"], "code", Liar.Issuer, binding, TestContext.Current.CancellationToken));
    }

    public static TheoryData<string, string> Lies() => new()
    {
        { "nonce", "nonce" },
        { "audience", "another client" },
        { "issuer", "another issuer" },
        { "expired", "expired" },
        { "none", "does not hold" },
        { "hs256", "does not hold" },
        { "signature", "does not hold" },
        { "unknown key", "does not hold" },
        { "azp", "azp" },
        { "garbage", "does not hold" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_token_that_lies_is_refused(string lie, string reason)
    {
        using var liar = new Liar { Lie = lie };
        var (login, query, binding) = await liar.StartAsync();
        var e = await Assert.ThrowsAsync<OidcException>(() => login.CompleteAsync(query["state"], "code", Liar.Issuer, binding, TestContext.Current.CancellationToken));
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_to_another_browser_another_login_or_of_another_issuer_is_refused()
    {
        using var liar = new Liar();
        var (login, query, binding) = await liar.StartAsync();
        await Assert.ThrowsAsync<OidcException>(() => login.CompleteAsync("forged", "code", null, binding, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<OidcException>(() => login.CompleteAsync(query["state"], "code", null, null, TestContext.Current.CancellationToken));
        (login, query, binding) = await liar.StartAsync();
        await Assert.ThrowsAsync<OidcException>(() => login.CompleteAsync(query["state"], "code", "https://other.example.com", binding, TestContext.Current.CancellationToken));
        (login, query, binding) = await liar.StartAsync();
        liar.Time.Advance(TimeSpan.FromMinutes(11));
        await Assert.ThrowsAsync<OidcException>(() => login.CompleteAsync(query["state"], "code", null, binding, TestContext.Current.CancellationToken));
        Assert.Null(liar.Form);
    }

    [Fact]
    public async Task An_address_that_is_not_verified_names_nobody()
    {
        using var liar = new Liar { Verified = false };
        var (login, query, binding) = await liar.StartAsync();
        Assert.Equal("subject-1", (await login.CompleteAsync(query["state"], "code", null, binding, TestContext.Current.CancellationToken)).User);
    }

    [Theory]
    [InlineData("//evil.example.com")]
    [InlineData("/\\evil.example.com")]
    [InlineData("https://evil.example.com")]
    public async Task Nobody_is_sent_to_another_site_after_login(string target)
    {
        using var liar = new Liar();
        await using var dashboard = await Dashboard.StartAsync(new() { Login = LoginMode.Oidc, Oidc = (files, time) => liar.Login(files, time) });
        using var start = await dashboard.GetAsync("/api/oidc/start?return=" + Uri.EscapeDataString(target));
        var query = QueryHelpers.ParseQuery(start.Headers.Location!.Query);
        liar.Nonce = query["nonce"].ToString();
        using var end = await dashboard.GetAsync($"/api/oidc/callback?code=c&state={query["state"]}", ("Cookie", Dashboard.Cookies(start).Single()));
        Assert.Equal("/", end.Headers.Location!.OriginalString);
        var state = start.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", state, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", state, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<string> LogInAsync(Dashboard dashboard, string returnTo)
    {
        using var start = await dashboard.GetAsync("/api/oidc/start?return=" + Uri.EscapeDataString(returnTo));
        Assert.Equal(HttpStatusCode.Redirect, start.StatusCode);
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() });
        var next = start.Headers.Location!;
        for (var hop = 0; next.Port != dashboard.Port; hop++)
        {
            Assert.True(hop < 10, "too many redirects");
            using var answer = await browser.GetAsync(next, TestContext.Current.CancellationToken);
            next = new Uri(next, answer.Headers.Location ?? throw new InvalidOperationException($"{next}: {answer.StatusCode}"));
        }

        using var end = await dashboard.GetAsync(next.PathAndQuery, ("Cookie", Dashboard.Cookies(start).Single()));
        Assert.Equal(returnTo, end.Headers.Location?.OriginalString);
        return Dashboard.Cookies(end).Single(static c => c.StartsWith("linkerd-session=", StringComparison.Ordinal));
    }

    private static LoginFiles WithSecret(LoginFiles files)
    {
        // The fixture's folder has no secret yet: the provider wants one.
        File.WriteAllText(Path.Combine(files.Folder, "client-secret"), "client-secret\n");
        files.Load();
        return files;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A provider behind a handler of HTTP requests, whose tokens are made by hand.</summary>
    private sealed class Liar : HttpMessageHandler
    {
        public const string Issuer = "https://issuer.example.com";
        private readonly RSA _key = RSA.Create(2048);
        private readonly RSA _other = RSA.Create(2048);

        public string Lie { get; init; } = "";

        public bool Verified { get; init; } = true;

        public string Nonce { get; set; } = "";

        public ManualTime Time { get; } = new();

        public Dictionary<string, string>? Form { get; private set; }

        public OidcLogin Login(LoginFiles files, TimeProvider time) =>
            new(new OidcOptions { Issuer = new Uri(Issuer), ClientId = "dashboard", RedirectUri = new Uri("http://127.0.0.1/api/oidc/callback") }, files, new HttpClient(this, disposeHandler: false), time);

        public async Task<(OidcLogin Login, Dictionary<string, string> Query, string Binding)> StartAsync()
        {
            var login = Login(new LoginFiles("/nonexistent", Time, NullLogger.Instance), Time);
            var (address, binding) = await login.StartAsync("/back", TestContext.Current.CancellationToken);
            var query = QueryHelpers.ParseQuery(new Uri(address).Query).ToDictionary(static q => q.Key, static q => q.Value.ToString());
            Nonce = query["nonce"];
            return (login, query, binding);
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var p = _key.ExportParameters(false);
            JsonNode answer;
            switch (request.RequestUri!.AbsolutePath)
            {
                case "/.well-known/openid-configuration":
                    answer = new JsonObject { ["issuer"] = Issuer, ["authorization_endpoint"] = Issuer + "/auth", ["token_endpoint"] = Issuer + "/token", ["jwks_uri"] = Issuer + "/jwks" };
                    break;
                case "/jwks":
                    answer = new JsonObject { ["keys"] = new JsonArray(new JsonObject { ["kty"] = "RSA", ["kid"] = "one", ["use"] = "sig", ["n"] = Base64Url.EncodeToString(p.Modulus), ["e"] = Base64Url.EncodeToString(p.Exponent) }) };
                    break;
                default:
                    Form = QueryHelpers.ParseQuery(await request.Content!.ReadAsStringAsync(cancellationToken)).ToDictionary(static q => q.Key, static q => q.Value.ToString());
                    answer = new JsonObject { ["id_token"] = Token(), ["access_token"] = "x", ["token_type"] = "Bearer" };
                    break;
            }

            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer.ToJsonString(), Encoding.UTF8, "application/json"), RequestMessage = request };
        }

        protected override void Dispose(bool disposing)
        {
            _key.Dispose();
            _other.Dispose();
            base.Dispose(disposing);
        }

        private string Token()
        {
            if (Lie == "garbage")
                return "not.a.token";
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            var payload = new JsonObject
            {
                ["iss"] = Lie == "issuer" ? "https://other.example.com" : Issuer,
                ["aud"] = Lie switch { "audience" => "another", "azp" => new JsonArray("dashboard", "another"), _ => (JsonNode)"dashboard" },
                ["sub"] = "subject-1",
                ["email"] = "alice@example.com",
                ["email_verified"] = Verified,
                ["groups"] = new JsonArray("sre"),
                ["nonce"] = Lie == "nonce" ? "another" : Nonce,
                ["iat"] = now,
                ["exp"] = Lie == "expired" ? now - 3600 : now + 3600,
            };
            if (Lie == "expired")
                payload["iat"] = now - 7200;
            var header = new JsonObject { ["alg"] = Lie switch { "none" => "none", "hs256" => "HS256", _ => "RS256" }, ["typ"] = "JWT", ["kid"] = Lie == "unknown key" ? "two" : "one" };
            var text = Part(header) + "." + Part(payload);
            var bytes = Encoding.ASCII.GetBytes(text);
            var signature = Lie switch
            {
                "none" => [],
                // The attack on verifiers that take the public key for a secret.
                "hs256" => HMACSHA256.HashData(_key.ExportRSAPublicKey(), bytes),
                "signature" or "unknown key" => _other.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
                _ => _key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            };
            return text + "." + Base64Url.EncodeToString(signature);
        }

        private static string Part(JsonObject value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
    }
}
