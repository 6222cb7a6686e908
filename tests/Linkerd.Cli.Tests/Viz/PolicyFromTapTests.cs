using System.Text.Json.Nodes;
using Linkerd.Cli.Commands.Viz.Policies;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Cli.Tests.Viz;

/// <summary>Policies from observed requests, and what they would do with others.</summary>
public sealed class PolicyFromTapTests
{
    private const string Web = "web.shop.serviceaccount.identity.linkerd.cluster.local";
    private const string Bot = "bot.other.serviceaccount.identity.linkerd.cluster.local";

    private static readonly PolicyTarget s_target = PolicyTarget.Of(KubernetesYaml.Read("""
        metadata: {name: api, namespace: shop}
        spec:
          selector: {matchLabels: {app: api} }
          template:
            spec:
              containers:
              - ports: [{containerPort: 8080, name: http}]
                readinessProbe: {httpGet: {path: /ready, port: http} }
                livenessProbe: {httpGet: {path: "/live?full", port: 8080} }
        """)!.AsObject());

    [Fact]
    public void Whoever_asks_the_same_is_let_in_by_the_same_route()
    {
        var written = Write([Request("GET", "/books/12", Web), Request("GET", "/books/13", Web), Request("POST", "/books", Web), Request("GET", "/list", Web), Request("GET", "/list", Bot), Request("GET", "/ready", "", "10.0.0.1")]);
        Assert.Equal("""
            apiVersion: policy.linkerd.io/v1beta3
            kind: Server
            metadata:
              name: api-8080
              namespace: shop
            spec:
              podSelector:
                matchLabels:
                  app: api
              port: 8080
              accessPolicy: deny
            """, Text(written, "Server"));
        Assert.Equal("""
            apiVersion: policy.linkerd.io/v1beta3
            kind: HTTPRoute
            metadata:
              name: api-8080-web
              namespace: shop
            spec:
              parentRefs:
              - group: policy.linkerd.io
                kind: Server
                name: api-8080
              rules:
              - matches:
                - method: POST
                  path:
                    type: Exact
                    value: /books
                - method: GET
                  path:
                    type: RegularExpression
                    value: /books/[0-9]+
            """, Text(written, "HTTPRoute", "api-8080-web"));
        Assert.Equal("""
            apiVersion: policy.linkerd.io/v1alpha1
            kind: MeshTLSAuthentication
            metadata:
              name: api-8080-clients
              namespace: shop
            spec:
              identityRefs:
              - kind: ServiceAccount
                name: bot
                namespace: other
              - kind: ServiceAccount
                name: web
                namespace: shop
            """, Text(written, "MeshTLSAuthentication", "api-8080-clients"));
        Assert.Equal("""
            apiVersion: policy.linkerd.io/v1alpha1
            kind: AuthorizationPolicy
            metadata:
              name: api-8080-web
              namespace: shop
            spec:
              targetRef:
                group: policy.linkerd.io
                kind: HTTPRoute
                name: api-8080-web
              requiredAuthenticationRefs:
              - group: policy.linkerd.io
                kind: MeshTLSAuthentication
                name: api-8080-web
            """, Text(written, "AuthorizationPolicy", "api-8080-web"));
        // The kubelet goes on asking both of its paths.
        Assert.Equal(["/live", "/ready"], Find(written, "HTTPRoute", "api-8080-probes")["spec"]!["rules"]![0]!["matches"]!.AsArray().Select(static m => m!["path"]!["value"]!.ToString()));
    }

    [Fact]
    public void Clients_without_an_identity_are_known_by_their_address()
    {
        var written = Write([Request("GET", "/list", Web), Request("GET", "/list", "", "10.1.2.3"), Request("GET", "/list", "", "fd00::7")]);
        Assert.Equal(["10.1.2.3/32", "fd00::7/128"], Find(written, "NetworkAuthentication", "api-8080-clients")["spec"]!["networks"]!.AsArray().Select(static n => n!["cidr"]!.ToString()));
        // Either is enough, so they are two policies: one policy wants all that it names.
        Assert.Equal(["api-8080-clients", "api-8080-clients-network"], written.Where(d => d["kind"]!.ToString() == "AuthorizationPolicy" && d["spec"]!["targetRef"]!["name"]!.ToString() == "api-8080-clients").Select(static d => d["metadata"]!["name"]!.ToString()));
        Assert.Equal(Decision.Allowed, Judge(written, Request("GET", "/list", "", "10.1.2.3")).Decision);
        Assert.Equal(Decision.Denied, Judge(written, Request("GET", "/list", "", "10.1.2.4")).Decision);
    }

    [Fact]
    public void A_Server_that_is_there_is_used()
    {
        var written = Write([Request("GET", "/list", Web) with { Server = "api-http" }]);
        Assert.DoesNotContain(written, static d => d["kind"]!.ToString() == "Server");
        Assert.Equal("api-http", Find(written, "HTTPRoute", "api-8080-web")["spec"]!["parentRefs"]![0]!["name"]!.ToString());
        Assert.Equal(Decision.Allowed, Judge(written, Request("GET", "/list", Web) with { Server = "api-http" }).Decision);
    }

    [Fact]
    public void What_was_observed_is_let_in_and_all_else_is_not()
    {
        ObservedRequest[] observed = [Request("GET", "/books/12", Web), Request("POST", "/books", Web), Request("GET", "/list", Bot), Request("GET", "/ready", "", "10.0.0.1"), Request("GET", "/metrics", "", "10.0.0.9", 9090)];
        var written = Write(observed);
        Assert.All(observed, r => Assert.Equal(PolicyVerdict.Allowed, Judge(written, r)));
        Assert.Equal("403: HTTPRoute api-8080-web authorizes others", Judge(written, Request("GET", "/books/12", Bot)).Reason);
        Assert.Equal("404: no HTTPRoute of Server api-8080 matches", Judge(written, Request("DELETE", "/books/12", Web)).Reason);
        Assert.Equal(Decision.Denied, Judge(written, Request("GET", "/books/x", Web)).Decision);
        Assert.Equal(Decision.Denied, Judge(written, Request("GET", "/list", "", "10.0.0.1")).Decision);
        Assert.Equal((Decision.NotCovered, "no Server of these policies selects port 7070: the default policy decides"), (Judge(written, Request("GET", "/", Web, port: 7070)).Decision, Judge(written, Request("GET", "/", Web, port: 7070)).Reason));
    }

    [Fact]
    public void A_dry_run_names_what_would_be_denied()
    {
        var written = Write([Request("GET", "/list", Web)]);
        var (first, later) = (new Observations(), new Observations());
        first.Add(Request("GET", "/list", Web, "10.0.0.1"));
        later.Add(Request("GET", "/list", Web, "10.0.0.2"));
        later.Add(Request("GET", "/list", Bot));
        later.Add(Request("GET", "/\x1b[31m", Bot));
        later.Add(Request("GET", "/", Web, port: 7070));
        var report = new DryRunReport(new PolicyVerdicts(written, s_target), [first, later]);
        Assert.Equal("""
            5 requests: 2 let in, 2 denied, 1 to ports that these policies do not cover

            CLIENT      METHOD   PATH        WHY                                                                         PORT   COUNT
            web.shop    GET      /           no Server of these policies selects port 7070: the default policy decides   7070       1
            bot.other   GET      /\x1b[31m   404: no HTTPRoute of Server api-8080 matches                                8080       1
            bot.other   GET      /list       403: HTTPRoute api-8080-web authorizes others                               8080       1

            """, report.Text());
        Assert.Equal((2, 5), (report.Json()["denied"]!.GetValue<long>(), report.Json()["rows"]!.AsArray().Sum(static r => r!["count"]!.GetValue<long>())));
    }

    [Fact]
    public void Policies_of_ones_own_are_judged_too()
    {
        var own = KubernetesYaml.ReadAll("""
            kind: Server
            metadata: {name: http}
            spec: {podSelector: {matchLabels: {app: api} }, port: http, accessPolicy: all-authenticated}
            ---
            kind: HTTPRoute
            metadata: {name: books}
            spec: {parentRefs: [{kind: Server, name: http}], rules: [{matches: [{path: {value: /books} }]}]}
            ---
            kind: AuthorizationPolicy
            metadata: {name: books}
            spec: {targetRef: {kind: HTTPRoute, name: books}, requiredAuthenticationRefs: [{kind: NetworkAuthentication, name: office}]}
            ---
            kind: NetworkAuthentication
            metadata: {name: office}
            spec: {networks: [{cidr: 10.0.0.0/8, except: [10.9.0.0/16]}]}
            """).OfType<JsonObject>().ToArray();
        Assert.Equal(Decision.Allowed, Judge(own, Request("GET", "/books/1", Bot)).Decision);
        Assert.Equal(Decision.Allowed, Judge(own, Request("GET", "/books", "", "10.1.1.1")).Decision);
        Assert.Equal(Decision.Denied, Judge(own, Request("GET", "/books", "", "10.9.1.1")).Decision);
        Assert.Equal(Decision.Denied, Judge(own, Request("GET", "/bookshop", Bot)).Decision);
        // A network lets in who has an identity too.
        var office = KubernetesYaml.ReadAll("""
            kind: Server
            metadata: {name: http}
            spec: {port: 8080}
            ---
            kind: AuthorizationPolicy
            metadata: {name: http}
            spec: {targetRef: {kind: Server, name: http}, requiredAuthenticationRefs: [{kind: NetworkAuthentication, name: office}]}
            ---
            kind: NetworkAuthentication
            metadata: {name: office}
            spec: {networks: [{cidr: 10.0.0.0/8}]}
            """).OfType<JsonObject>().ToArray();
        Assert.Equal(Decision.Allowed, Judge(office, Request("GET", "/", Bot, "10.1.1.1")).Decision);
        Assert.Equal(Decision.Denied, Judge(office, Request("GET", "/", Bot, "11.1.1.1")).Decision);
    }

    [Theory]
    [InlineData("{kind: GRPCRoute, metadata: {name: x}, spec: {} }", "GRPCRoute x: only Server, HTTPRoute")]
    [InlineData("{kind: HTTPRoute, metadata: {name: x}, spec: {rules: []} }", "HTTPRoute x: its spec cannot be read: parentRefs is missing")]
    [InlineData("{kind: HTTPRoute, metadata: {name: x}, spec: {parentRefs: [{kind: Server}], rules: []} }", "name is missing")]
    [InlineData("{kind: HTTPRoute, metadata: {name: x}, spec: {parentRefs: {kind: Server}, rules: []} }", "parentRefs is no list")]
    [InlineData("{kind: HTTPRoute, metadata: {name: x}, spec: {parentRefs: [null], rules: []} }", "parentRefs has an empty item")]
    [InlineData("{kind: HTTPRoute, metadata: {name: x}, spec: {parentRefs: [{kind: Server, name: s}], rules: [{matches: [{path: {type: RegularExpression, value: '('} }]}]} }", "HTTPRoute x: its spec cannot be read")]
    [InlineData("{kind: HTTPRoute, metadata: {name: x}, spec: text}", "parentRefs is missing")]
    [InlineData("{kind: HTTPRoute, metadata: x}", "it has no spec")]
    [InlineData("{kind: AuthorizationPolicy, metadata: {name: x}, spec: {requiredAuthenticationRefs: []} }", "AuthorizationPolicy x: its spec cannot be read: targetRef is missing")]
    [InlineData("{kind: AuthorizationPolicy, metadata: {name: x}, spec: {targetRef: {kind: Server, name: {a: b} }, requiredAuthenticationRefs: []} }", "name is no text")]
    [InlineData("{kind: MeshTLSAuthentication, metadata: {name: x}, spec: {identityRefs: [{kind: ServiceAccount}]} }", "a ServiceAccount has no name")]
    [InlineData("{kind: NetworkAuthentication, metadata: {name: x}, spec: {networks: [{cidr: 10.0.0.0/33}]} }", "NetworkAuthentication x: its spec cannot be read")]
    [InlineData("{kind: Server, metadata: {name: x}, spec: {port: grpc} }", "Server x: spec.port: grpc is no port of api")]
    [InlineData("{kind: HTTPRoute, metadata: {name: x}, spec: {parentRefs: [{kind: Server, name: s}], rules: [{matches: [{headers: [{name: a, value: b}]}]}]} }", "tap does not show them")]
    public void What_cannot_be_judged_is_refused(string document, string expected) =>
        Assert.Contains(expected, Assert.Throws<CliException>(() => new PolicyVerdicts([KubernetesYaml.Read(document)!.AsObject()], s_target)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("/a/b", "Exact", "/a/b")]
    [InlineData("/users/42/posts", "RegularExpression", "/users/[0-9]+/posts")]
    [InlineData("/u/0b6f5a1e-2b1c-4d5e-8f90-a1b2c3d4e5f6", "RegularExpression", "/u/[0-9a-fA-F-]+")]
    [InlineData("/a.b/7", "RegularExpression", "/a\\.b/[0-9]+")]
    [InlineData("/emojivoto.v1.EmojiService/ListAll", "Exact", "/emojivoto.v1.EmojiService/ListAll")]
    [InlineData("/", "Exact", "/")]
    public void Identifiers_in_a_path_are_left_open(string path, string type, string value) => Assert.Equal(new PathPattern(type, value), PathPattern.Of(path, exact: false));

    [Fact]
    public void Beyond_the_limit_the_fullest_folder_becomes_a_prefix()
    {
        var patterns = PathPattern.Of(["/static/a.js", "/static/b.js", "/static/c.js", "/list", "/books/1", "/books/2"], 3, exact: false);
        Assert.Equal(new PathPattern("PathPrefix", "/static"), patterns["/static/b.js"]);
        Assert.Equal(new PathPattern("Exact", "/list"), patterns["/list"]);
        Assert.Equal(new PathPattern("RegularExpression", "/books/[0-9]+"), patterns["/books/2"]);
        Assert.Equal([new PathPattern("PathPrefix", "/")], PathPattern.Of(["/a/b/c", "/d/e", "/f/1"], 1, exact: false).Values.Distinct());
    }

    [Fact]
    public void Long_lists_stay_within_the_bounds_of_an_HTTPRoute()
    {
        var written = new PolicyWriter(s_target, 1000, exactPaths: true).Write(Enumerable.Range(0, 300).Select(i => Request("GET", $"/p{i}", Web)));
        var routes = written.Where(static d => d["kind"]!.ToString() == "HTTPRoute" && !d["metadata"]!["name"]!.ToString().EndsWith("probes", StringComparison.Ordinal)).ToArray();
        Assert.Equal(3, routes.Length);
        Assert.All(routes, static r => Assert.InRange(r["spec"]!["rules"]!.AsArray().Count, 1, 16));
        Assert.All(routes.SelectMany(static r => r["spec"]!["rules"]!.AsArray()), static r => Assert.InRange(r!["matches"]!.AsArray().Count, 1, 8));
        Assert.Equal(Decision.Allowed, Judge(written, Request("GET", "/p299", Web)).Decision);
    }

    [Fact]
    public void Kinds_of_requests_beyond_the_limit_are_counted_and_not_kept()
    {
        var seen = new Observations();
        for (var i = 0; i < Observations.MaxKinds + 5; i++)
            seen.Add(Request("GET", $"/{i}", Web));
        seen.Add(Request("GET", "/0", Web));
        Assert.Equal((Observations.MaxKinds, Observations.MaxKinds + 1L, 5L), (seen.Counts.Count, seen.Total, seen.Surplus));
        var report = new DryRunReport(new PolicyVerdicts([], s_target), [seen]);
        Assert.Contains("5 more were of too many kinds to keep apart", report.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "The --tap flag must be specified")]
    [InlineData("--tap deploy/web --tap-duration x", "--tap-duration: 'x' is not a duration")]
    [InlineData("--tap deploy/web --tap-route-limit 0", "--tap-route-limit: 0 is not positive")]
    [InlineData("--tap deploy/web -f x", "are for --dry-run")]
    [InlineData("--tap job/web", "a job has no selector that lasts")]
    [InlineData("--tap deploy", "name one deployment, such as deploy/web")]
    public async Task Wrong_flags_are_refused(string flags, string expected)
    {
        var folder = Directory.CreateTempSubdirectory("policy");
        try
        {
            var config = Path.Combine(folder.FullName, "config");
            await File.WriteAllTextAsync(config, """
                {apiVersion: v1, kind: Config, current-context: t, contexts: [{name: t, context: {cluster: t, user: t} }], clusters: [{name: t, cluster: {server: "http://127.0.0.1:9"} }], users: [{name: t, user: {} }]}
                """, TestContext.Current.CancellationToken);
            var (code, _, error) = await CliRunner.RunAsync("", ["viz", "policy", .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--kubeconfig", config]);
            Assert.Equal(1, code);
            Assert.Contains(expected, error, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static ObservedRequest Request(string method, string path, string identity, string address = "", int port = 8080) => new(port, method, path, identity, address, "");

    private static IReadOnlyList<JsonObject> Write(ObservedRequest[] observed) => new PolicyWriter(s_target, 20, exactPaths: false).Write(observed);

    private static PolicyVerdict Judge(IReadOnlyList<JsonObject> documents, ObservedRequest request) => new PolicyVerdicts(documents, s_target).Of(request);

    private static JsonObject Find(IReadOnlyList<JsonObject> documents, string kind, string name) => documents.Single(d => d["kind"]!.ToString() == kind && d["metadata"]!["name"]!.ToString() == name);

    private static string Text(IReadOnlyList<JsonObject> documents, string kind, string? name = null) =>
        KubernetesYaml.Write(documents.First(d => d["kind"]!.ToString() == kind && (name is null || d["metadata"]!["name"]!.ToString() == name))).TrimEnd();
}
