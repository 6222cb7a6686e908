using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Viz.Web.Login;
using Linkerd.Viz.Web.Sessions;

namespace Linkerd.Viz.Tests.Web;

/// <summary>The link of <c>linkerd viz dashboard</c>: a token that the API server vouches for opens one session.</summary>
public sealed class TokenTests
{
    [Fact]
    public async Task A_token_of_the_dashboards_account_opens_one_session()
    {
        using var server = new Reviewer();
        using var client = new KubernetesClient(new KubernetesConfig { Server = new Uri("https://kubernetes.test") }, server);
        await using var dashboard = await StartAsync(client);
        using var first = await dashboard.GetAsync("/auth/token?token=good");
        Assert.Equal(HttpStatusCode.Redirect, first.StatusCode);
        Assert.Equal("/", first.Headers.Location!.OriginalString);
        Assert.Equal("dashboard.linkerd.io", server.Asked!["spec"]!["audiences"]![0]!.GetValue<string>());
        var session = await dashboard.JsonAsync("/api/session", ("Cookie", Dashboard.Cookies(first).Single()));
        Assert.Equal("kubeconfig", session["user"]!.GetValue<string>());
        Assert.Equal(2, session["roles"]!.AsArray().Count);
        using var again = await dashboard.GetAsync("/auth/token?token=good");
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
        Assert.Contains("linkerd viz dashboard", await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("refused")]
    [InlineData("other account")]
    [InlineData("other audience")]
    [InlineData("")]
    public async Task Any_other_token_opens_nothing_and_guessing_is_locked_out(string token)
    {
        using var server = new Reviewer();
        using var client = new KubernetesClient(new KubernetesConfig { Server = new Uri("https://kubernetes.test") }, server);
        await using var dashboard = await StartAsync(client);
        for (var i = 0; i < 5; i++)
        {
            using var refused = await dashboard.GetAsync("/auth/token?token=" + Uri.EscapeDataString(token));
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.Empty(Dashboard.Cookies(refused));
        }

        using var locked = await dashboard.GetAsync("/auth/token?token=good");
        Assert.Equal(HttpStatusCode.TooManyRequests, locked.StatusCode);
    }

    private static Task<Dashboard> StartAsync(KubernetesClient client) =>
        Dashboard.StartAsync(new() { Login = LoginMode.Password, Users = "", Tokens = new KubernetesTokens(client, "linkerd-viz") });

    /// <summary>An API server that reviews tokens.</summary>
    private sealed class Reviewer : HttpMessageHandler
    {
        public JsonNode? Asked { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.Equal("/apis/authentication.k8s.io/v1/tokenreviews", request.RequestUri!.AbsolutePath);
            Asked = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
            var token = Asked["spec"]!["token"]!.GetValue<string>();
            Asked["status"] = new JsonObject
            {
                ["authenticated"] = token != "refused",
                ["user"] = new JsonObject { ["username"] = $"system:serviceaccount:linkerd-viz:{(token == "other account" ? "prometheus" : "web")}" },
                ["audiences"] = new JsonArray(token == "other audience" ? "https://kubernetes.default.svc" : "dashboard.linkerd.io"),
            };
            return new HttpResponseMessage(HttpStatusCode.Created) { Content = new StringContent(Asked.ToJsonString(), Encoding.UTF8, "application/json") };
        }
    }
}
