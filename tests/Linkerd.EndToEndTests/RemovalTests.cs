using System.Text.Json.Nodes;
using Linkerd.Inject.ControlPlane;
using Linkerd.Testing;

namespace Linkerd.EndToEndTests;

/// <summary>Removing the mesh, and installing it again in one command with the values of the Helm chart.</summary>
public sealed class RemovalTests
{
    private const string Label = "linkerd.io/control-plane-ns=linkerd";

    private static readonly string s_kinds = string.Join(',', (string[])
    [
        "namespaces", "customresourcedefinitions", "clusterroles", "clusterrolebindings", "mutatingwebhookconfigurations", "validatingwebhookconfigurations",
        "deployments", "services", "serviceaccounts", "secrets", "configmaps", "roles", "rolebindings", "poddisruptionbudgets",
    ]);

    [Fact]
    public async Task The_mesh_is_removed_and_installed_anew_by_one_command()
    {
        var refused = LinkerdCli.Try("uninstall");
        Assert.Equal(1, refused.Code);
        Assert.Contains("Please uninject the following resources before uninstalling the control-plane:", refused.Errors, StringComparison.Ordinal);
        Kubectl.Run("delete", "namespace", MeshFixture.Namespace);
        Uninstall();

        // The chart's values as Helm takes them, and no definitions beforehand.
        var folder = Directory.CreateTempSubdirectory("e2e-helm").FullName;
        var issuer = ControlPlaneCertificates.Issuer("identity.linkerd.cluster.local", TimeProvider.System);
        await File.WriteAllTextAsync(folder + "/issuer.crt", issuer.CertificatePem, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder + "/issuer.key", issuer.KeyPem, TestContext.Current.CancellationToken);
        File.Copy(folder + "/issuer.crt", folder + "/ca.crt");
        var (words, _) = LinkerdCli.Apply(
        [
            "install", .. Installation.Settings,
            "--set-file", $"identityTrustAnchorsPEM={folder}/ca.crt", "--set-file", $"identity.issuer.tls.crtPEM={folder}/issuer.crt", "--set-file", $"identity.issuer.tls.keyPEM={folder}/issuer.key",
            "-f", Path.Combine(Repository.Root, "charts", "linkerd-control-plane", "values-ha.yaml"), "--set", "controllerReplicas=1",
        ]);
        Assert.Contains("resource definitions are missing and come first", words, StringComparison.Ordinal);
        Installation.Wait();
        var budget = JsonNode.Parse(Kubectl.Run("-n", "linkerd", "get", "deployment", "linkerd-destination", "-o", "json"))!["spec"]!["template"]!["spec"]!["containers"]!.AsArray()
            .Single(static c => c!["name"]!.GetValue<string>() == "destination")!["resources"]!;
        Assert.Equal("""{"limits":{"memory":"250Mi"},"requests":{"cpu":"100m","memory":"50Mi"}}""", budget.ToJsonString());
        Assert.EndsWith("Status check results are √\n", LinkerdCli.Output("check"), StringComparison.Ordinal);
        Assert.Contains("identity.linkerd.cluster.local", LinkerdCli.Output("identity", "-n", "linkerd", "-l", "linkerd.io/control-plane-component=identity"), StringComparison.Ordinal);
        Uninstall();
    }

    private static void Uninstall()
    {
        var deleted = Kubectl.Delete(LinkerdCli.Output("uninstall"));
        Assert.Contains("namespace \"linkerd\" deleted", deleted, StringComparison.Ordinal);
        Assert.Contains("customresourcedefinition.apiextensions.k8s.io \"servers.policy.linkerd.io\" deleted", deleted, StringComparison.Ordinal);
        Assert.Equal("", Kubectl.Run("get", s_kinds, "-A", "-l", Label, "-o", "name").Trim());
    }
}
