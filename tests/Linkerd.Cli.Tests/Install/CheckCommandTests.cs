using System.Text.Json.Nodes;

namespace Linkerd.Cli.Tests.Install;

/// <summary><c>linkerd check</c> against the embedded API server.</summary>
public sealed class CheckCommandTests
{
    [Fact]
    public async Task Before_an_installation()
    {
        await using var server = await EmbeddedServer.StartAsync();
        Assert.Equal("""
            kubernetes-api
            --------------
            √ can initialize the client
            √ can query the Kubernetes API

            kubernetes-version
            ------------------
            √ is running the minimum Kubernetes API version

            gateway-api-crd
            ---------------
            ‼ Gateway API CRDs are installed
                missing grpcroutes.gateway.networking.k8s.io, httproutes.gateway.networking.k8s.io; to install: linkerd install --crds | kubectl apply -f -
                see https://linkerd.io/2/checks/#gateway-api-crd for hints

            pre-kubernetes-setup
            --------------------
            √ control plane namespace does not already exist
            √ can create non-namespaced resources
            √ can create ServiceAccounts
            √ can create Services
            √ can create Deployments
            √ can create CronJobs
            √ can create ConfigMaps
            √ can create Secrets
            √ can read Secrets
            √ can read extension-apiserver-authentication configmap
            √ no clock skew detected

            Status check results are √

            """, (await server.RunAsync(0, "check", "--pre")).Out);

        var (missing, _) = await server.RunAsync(1, "check", "--crds", "--wait", "0s");
        Assert.Contains("× Gateway API CRDs are installed", missing, StringComparison.Ordinal);
        await server.ApplyAsync((await server.RunAsync(0, "install", "--crds")).Out);
        var (crds, _) = await server.RunAsync(0, "check", "--crds");
        Assert.Contains("linkerd-crd\n-----------\n√ control plane CustomResourceDefinitions exist\n", crds, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_control_plane_the_first_thing_that_is_missing_is_named()
    {
        await using var server = await EmbeddedServer.StartAsync();
        await server.ApplyAsync((await server.RunAsync(0, "install", "--crds")).Out);
        Assert.Equal("""
            linkerd-existence
            -----------------
            × 'linkerd-config' config map exists
                configmaps "linkerd-config" not found in namespace linkerd
                see https://linkerd.io/2/checks/#l5d-existence-linkerd-config for hints

            Status check results are ×

            """, (await server.RunAsync(1, "check", "-o", "short", "--wait", "0s")).Out);

        var json = JsonNode.Parse((await server.RunAsync(1, "check", "-o", "json", "--wait", "0s")).Out)!;
        Assert.False(json["success"]!.GetValue<bool>());
        var last = json["categories"]!.AsArray()[^1]!;
        Assert.Equal("linkerd-existence", last["categoryName"]!.GetValue<string>());
        Assert.Equal("error", last["checks"]![0]!["result"]!.GetValue<string>());
        Assert.Equal("https://linkerd.io/2/checks/#l5d-existence-linkerd-config", last["checks"]![0]!["hint"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_control_plane_whose_pods_do_not_start_is_told_from_one_that_is_not_there()
    {
        await using var server = await EmbeddedServer.StartAsync();
        await server.ApplyAsync((await server.RunAsync(0, "install")).Out);
        var (output, _) = await server.RunAsync(1, "check", "--wait", "0s");
        Assert.Contains("√ 'linkerd-config' config map exists\n× control plane replica sets are ready\n    no replica sets of the control plane in namespace linkerd\n", output, StringComparison.Ordinal);
        Assert.EndsWith("\nStatus check results are ×\n", output, StringComparison.Ordinal);
        Assert.Contains("The \"linkerd\" namespace already exists", (await server.RunAsync(1, "check", "--pre")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--pre is for a cluster without Linkerd", "check", "--pre", "--proxy")]
    [InlineData("is no duration such as 30s or 5m", "check", "--wait", "soon")]
    public async Task Wrong_flags_are_refused(string message, params string[] arguments)
    {
        var (code, _, error) = await CliRunner.RunAsync("", arguments);
        Assert.Equal(1, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }
}
