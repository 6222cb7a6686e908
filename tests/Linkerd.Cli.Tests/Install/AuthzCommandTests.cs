using System.Text.Json.Nodes;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Tests.Install;

/// <summary><c>linkerd authz</c> on the embedded API server, with every kind of policy.</summary>
public sealed class AuthzCommandTests
{
    private const string Policies = """
        apiVersion: policy.linkerd.io/v1beta3
        kind: Server
        metadata: {name: http, namespace: shop, labels: {tier: front} }
        spec: {podSelector: {matchLabels: {app: web} }, port: 80, proxyProtocol: HTTP/1}
        ---
        apiVersion: policy.linkerd.io/v1beta3
        kind: Server
        metadata: {name: other, namespace: shop}
        spec: {podSelector: {matchLabels: {app: other} }, port: 80}
        ---
        apiVersion: policy.linkerd.io/v1beta1
        kind: ServerAuthorization
        metadata: {name: by-name, namespace: shop}
        spec: {server: {name: http}, client: {unauthenticated: true} }
        ---
        apiVersion: policy.linkerd.io/v1beta1
        kind: ServerAuthorization
        metadata: {name: by-label, namespace: shop}
        spec: {server: {selector: {matchLabels: {tier: front} } }, client: {unauthenticated: true} }
        ---
        apiVersion: policy.linkerd.io/v1beta1
        kind: ServerAuthorization
        metadata: {name: of-other, namespace: shop}
        spec: {server: {name: other}, client: {unauthenticated: true} }
        ---
        apiVersion: policy.linkerd.io/v1beta3
        kind: HTTPRoute
        metadata: {name: admin, namespace: shop}
        spec: {parentRefs: [{group: policy.linkerd.io, kind: Server, name: http}]}
        ---
        apiVersion: policy.linkerd.io/v1beta3
        kind: HTTPRoute
        metadata: {name: detached, namespace: shop}
        spec: {parentRefs: [{group: policy.linkerd.io, kind: Server, name: other}]}
        ---
        apiVersion: policy.linkerd.io/v1alpha1
        kind: AuthorizationPolicy
        metadata: {name: on-server, namespace: shop}
        spec: {targetRef: {group: policy.linkerd.io, kind: Server, name: http}, requiredAuthenticationRefs: []}
        ---
        apiVersion: policy.linkerd.io/v1alpha1
        kind: AuthorizationPolicy
        metadata: {name: on-namespace, namespace: shop}
        spec: {targetRef: {group: core, kind: Namespace, name: shop}, requiredAuthenticationRefs: []}
        ---
        apiVersion: policy.linkerd.io/v1alpha1
        kind: AuthorizationPolicy
        metadata: {name: on-route, namespace: shop}
        spec: {targetRef: {group: policy.linkerd.io, kind: HTTPRoute, name: admin}, requiredAuthenticationRefs: []}
        ---
        apiVersion: policy.linkerd.io/v1alpha1
        kind: AuthorizationPolicy
        metadata: {name: on-detached, namespace: shop}
        spec: {targetRef: {group: policy.linkerd.io, kind: HTTPRoute, name: detached}, requiredAuthenticationRefs: []}
        """;

    [Fact]
    public async Task Every_policy_that_is_about_a_Server_of_the_pods_has_a_line()
    {
        await using var server = await EmbeddedServer.StartAsync();
        await PodsAsync(server);
        // Without the definitions there is nothing, rather than an error.
        var (none, said) = await server.RunAsync(0, "-n", "shop", "authz", "deploy/web");
        Assert.Equal("ROUTE   SERVER   AUTHORIZATION_POLICY   SERVER_AUTHORIZATION\n", none);
        Assert.Equal("No Server with authorizations selects deploy/web: the default inbound policy decides. To see it: linkerd diagnostics policy -n shop pod/web PORT\n", said);

        await server.ApplyAsync((await server.RunAsync(0, "install", "--crds")).Out);
        await server.ApplyAsync(Policies);
        Assert.Equal(
            """
            ROUTE   SERVER   AUTHORIZATION_POLICY   SERVER_AUTHORIZATION
            *       http     -                      by-label
            *       http     -                      by-name
            *       http     on-namespace           -
            *       http     on-server              -
            admin   http     on-route               -

            """, (await server.RunAsync(0, "authz", "-n", "shop", "po", "web")).Out);
    }

    [Fact]
    public async Task What_has_no_pods_is_named()
    {
        await using var server = await EmbeddedServer.StartAsync();
        await PodsAsync(server);
        Assert.Contains("'cm' has no pods; say for example pod/x", (await server.RunAsync(1, "authz", "cm/x")).Error, StringComparison.Ordinal);
        Assert.Contains("'web' is not TYPE/NAME", (await server.RunAsync(1, "authz", "web")).Error, StringComparison.Ordinal);
        Assert.Contains("deploy/idle has no running pods in namespace shop", (await server.RunAsync(1, "authz", "-n", "shop", "deploy/idle")).Error, StringComparison.Ordinal);
    }

    private static async Task PodsAsync(EmbeddedServer server)
    {
        await server.ApplyAsync($"""
            apiVersion: v1
            kind: Namespace
            metadata: {"{name: shop}"}
            ---
            {Deployment("web")}
            ---
            {Deployment("idle")}
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: {"{name: default, namespace: shop}"}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {"{name: web, namespace: shop, labels: {app: web} }"}
            spec: {"{containers: [{name: web, image: web}]}"}
            """);
        var pods = server.Client.Dynamic(new GroupVersionResource("", "v1", "pods"), "Pod", true, "shop");
        await pods.PatchAsync("web", Patch.Merge(new JsonObject { ["status"] = new JsonObject { ["phase"] = "Running" } }), subresource: "status", cancel: TestContext.Current.CancellationToken);
    }

    private static string Deployment(string name) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: {{name}}, namespace: shop}
        spec:
          selector: {matchLabels: {app: {{name}}} }
          template:
            metadata: {labels: {app: {{name}}} }
            spec: {containers: [{name: web, image: web}]}
        """;
}
