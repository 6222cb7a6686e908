using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Inject.ControlPlane;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Cli.Tests.Install;

/// <summary><c>linkerd install</c>, <c>upgrade</c>, <c>prune</c> and <c>uninstall</c>, against the embedded API server and without a cluster.</summary>
public sealed class InstallCommandTests
{
    private static readonly string[] DefaultObjects =
    [
        "Namespace linkerd", "ServiceAccount linkerd-destination", "ServiceAccount linkerd-identity", "ServiceAccount linkerd-proxy-injector",
        "Secret linkerd-identity-issuer", "Secret linkerd-proxy-injector-k8s-tls", "Secret linkerd-sp-validator-k8s-tls", "Secret linkerd-policy-validator-k8s-tls", "Secret linkerd-config-overrides", "ConfigMap linkerd-config",
        "ConfigMap linkerd-identity-trust-roots", "ClusterRole linkerd-linkerd-destination", "ClusterRole linkerd-policy", "ClusterRole linkerd-linkerd-identity",
        "ClusterRole linkerd-linkerd-proxy-injector", "ClusterRoleBinding linkerd-linkerd-destination", "ClusterRoleBinding linkerd-destination-policy",
        "ClusterRoleBinding linkerd-linkerd-identity", "ClusterRoleBinding linkerd-linkerd-proxy-injector", "Role ext-namespace-metadata-linkerd-config", "Role linkerd-destination-leases", "RoleBinding linkerd-destination-leases",
        "Service linkerd-dst", "Service linkerd-dst-headless", "Service linkerd-policy", "Service linkerd-identity", "Service linkerd-identity-headless",
        "Service linkerd-proxy-injector", "Service linkerd-sp-validator", "Service linkerd-policy-validator", "Deployment linkerd-destination", "Deployment linkerd-identity", "Deployment linkerd-proxy-injector",
        "MutatingWebhookConfiguration linkerd-proxy-injector-webhook-config", "ValidatingWebhookConfiguration linkerd-sp-validator-webhook-config",
        "ValidatingWebhookConfiguration linkerd-policy-validator-webhook-config",
    ];

    [Fact]
    public async Task The_default_install_has_these_objects_in_this_order()
    {
        var (code, output, error) = await CliRunner.RunAsync("", "install", "--ignore-cluster");
        Assert.Equal(0, code);
        Assert.Equal("", error);
        Assert.Equal(DefaultObjects, EmbeddedServer.Read(output).Select(Name));
    }

    [Fact]
    public async Task What_is_there_is_upgraded_pruned_and_uninstalled()
    {
        await using var server = await EmbeddedServer.StartAsync();
        var (crds, said) = await server.RunAsync(0, "install", "--crds");
        Assert.Contains("Rendering Linkerd CRDs...", said, StringComparison.Ordinal);
        Assert.Contains("Next, run `linkerd install | kubectl apply -f -` to install the control plane.", said, StringComparison.Ordinal);
        await server.ApplyAsync(crds);

        var (manifests, note) = await server.RunAsync(0, "install", "--set", "controllerLogLevel=debug", "--enable-endpoint-slices=false", "--ha");
        Assert.Equal("", note);
        await server.ApplyAsync(manifests);
        Assert.Equal(3, await CountAsync(server, "policy", "poddisruptionbudgets", "PodDisruptionBudget"));

        var (nothing, refusal) = await server.RunAsync(1, "install");
        Assert.Equal("", nothing);
        Assert.Contains("linkerd upgrade", refusal, StringComparison.Ordinal);

        var (upgraded, _) = await server.RunAsync(0, "upgrade", "--set", "enablePodDisruptionBudget=false");
        var (before, after) = (EmbeddedServer.Read(manifests), EmbeddedServer.Read(upgraded));
        foreach (var kept in (string[])["Secret linkerd-identity-issuer", "ConfigMap linkerd-identity-trust-roots"])
            Assert.Equal(Named(before, kept)["data"]!.ToJsonString(), Named(after, kept)["data"]!.ToJsonString());
        Assert.NotEqual(Named(before, "Secret linkerd-proxy-injector-k8s-tls")["data"]!.ToJsonString(), Named(after, "Secret linkerd-proxy-injector-k8s-tls")["data"]!.ToJsonString());
        var arguments = Named(after, "Deployment linkerd-destination")["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Single(c => c!["name"]!.GetValue<string>() == "destination")!["args"]!.ToJsonString();
        Assert.Contains("-log-level=debug", arguments, StringComparison.Ordinal);
        Assert.Contains("-enable-endpoint-slices=false", arguments, StringComparison.Ordinal);
        await server.ApplyAsync(upgraded);

        var (extra, _) = await server.RunAsync(0, "prune");
        Assert.Equal(["linkerd-destination", "linkerd-identity", "linkerd-proxy-injector"], EmbeddedServer.Read(extra).Select(d => d["metadata"]!["name"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.All(EmbeddedServer.Read(extra), d => Assert.Equal("PodDisruptionBudget", d["kind"]!.GetValue<string>()));

        var (removed, _) = await server.RunAsync(0, "uninstall");
        var names = EmbeddedServer.Read(removed).Select(Name).ToHashSet();
        Assert.Superset(DefaultObjects.ToHashSet(), names);
        Assert.Superset(EmbeddedServer.Read(crds).Select(Name).ToHashSet(), names);
    }

    [Fact]
    public async Task Install_alone_brings_the_missing_definitions_and_leaves_those_of_others()
    {
        await using var server = await EmbeddedServer.StartAsync();
        var (crds, _) = await server.RunAsync(0, "install", "--crds");
        var foreign = EmbeddedServer.Read(crds).Single(d => Name(d).EndsWith("/httproutes.gateway.networking.k8s.io", StringComparison.Ordinal) || Name(d) == "CustomResourceDefinition httproutes.gateway.networking.k8s.io");
        foreign["metadata"]!.AsObject().Remove("labels");
        await server.ApplyAsync(foreign.ToJsonString());

        var (manifests, note) = await server.RunAsync(0, "install");
        Assert.StartsWith("note: 13 resource definitions are missing and come first.", note, StringComparison.Ordinal);
        Assert.DoesNotContain("CustomResourceDefinition httproutes.gateway.networking.k8s.io", EmbeddedServer.Read(manifests).Select(Name));
        var (again, _) = await server.RunAsync(0, "install", "--crds");
        Assert.DoesNotContain("CustomResourceDefinition httproutes.gateway.networking.k8s.io", EmbeddedServer.Read(again).Select(Name));
    }

    [Fact]
    public async Task Ports_of_the_api_server_are_asked_for()
    {
        await using var server = await EmbeddedServer.StartAsync();
        var services = server.Client.Resource(Linkerd.Kubernetes.Resources.Services, "default");
        var ports = (await services.FindAsync("kubernetes"))?.Spec?.Ports;
        if (ports is null)
        {
            await server.ApplyAsync("""{"apiVersion":"v1","kind":"Service","metadata":{"name":"kubernetes","namespace":"default"},"spec":{"clusterIP":"10.96.0.1","ports":[{"name":"https","port":443,"targetPort":16443}]}}""");
            ports = (await services.GetAsync("kubernetes")).Spec!.Ports;
        }

        var (manifests, _) = await server.RunAsync(0, "install");
        var init = Named(EmbeddedServer.Read(manifests), "Deployment linkerd-identity")["spec"]!["template"]!["spec"]!["initContainers"]![0]!["args"]!.AsArray().Select(a => a!.GetValue<string>()).ToList();
        var expected = string.Join(',', ports!.SelectMany(p => new[] { p.Port, p.TargetPort?.Number ?? 0 }).Where(p => p > 0).Distinct().Order());
        Assert.Equal(expected, init[init.IndexOf("--outbound-ports-to-ignore") + 1]);
    }

    [Fact]
    public async Task Uninstall_refuses_while_meshed_pods_are_left()
    {
        await using var server = await EmbeddedServer.StartAsync();
        await server.ApplyAsync((await server.RunAsync(0, "install")).Out);
        await server.ApplyAsync("""
            {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"app"}}
            ---
            {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default","namespace":"app"}}
            ---
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"app","labels":{"linkerd.io/control-plane-ns":"linkerd"}},"spec":{"containers":[{"name":"a","image":"b"}]}}
            """);
        var (_, error) = await server.RunAsync(1, "uninstall");
        Assert.Contains("  * app/web", error, StringComparison.Ordinal);
        Assert.NotEqual("", (await server.RunAsync(0, "uninstall", "--force")).Out);
    }

    [Fact]
    public async Task An_upgrade_can_work_from_manifests_and_minds_the_trust_anchors()
    {
        var file = Path.GetTempFileName();
        var anchors = Path.GetTempFileName();
        var (_, manifests, _) = await CliRunner.RunAsync("", "install", "--ignore-cluster", "--controller-replicas", "2");
        await File.WriteAllTextAsync(file, manifests, TestContext.Current.CancellationToken);
        var (code, upgraded, _) = await CliRunner.RunAsync("", "upgrade", "--from-manifests", file);
        Assert.Equal(0, code);
        Assert.Equal(2, Named(EmbeddedServer.Read(upgraded), "Deployment linkerd-identity")["spec"]!["replicas"]!.GetValue<long>());

        await File.WriteAllTextAsync(anchors, ControlPlaneCertificates.Issuer("other", TimeProvider.System).CertificatePem, TestContext.Current.CancellationToken);
        var (refused, _, error) = await CliRunner.RunAsync("", "upgrade", "--from-manifests", file, "--identity-trust-anchors-file", anchors);
        Assert.Equal(1, refused);
        Assert.Contains("The new trust anchors do not hold the ones in use", error, StringComparison.Ordinal);
        File.Delete(file);
        File.Delete(anchors);
    }

    [Fact]
    public async Task Certificates_of_the_user_are_checked_before_they_are_used()
    {
        var folder = Directory.CreateTempSubdirectory("issuer").FullName;
        var (ca, other) = (ControlPlaneCertificates.Issuer("root", TimeProvider.System), ControlPlaneCertificates.Issuer("other", TimeProvider.System));
        await File.WriteAllTextAsync(folder + "/ca.crt", ca.CertificatePem, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder + "/ca.key", ca.KeyPem, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder + "/other.crt", other.CertificatePem, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder + "/rsa.crt", Rsa(out var key), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder + "/rsa.key", key, TestContext.Current.CancellationToken);

        var (code, output, _) = await InstallAsync("ca.crt", "ca.crt", "ca.key");
        Assert.Equal(0, code);
        var secret = Named(EmbeddedServer.Read(output), "Secret linkerd-identity-issuer")["data"]!;
        Assert.Equal(ca.CertificatePem.Trim(), Encoding.UTF8.GetString(Convert.FromBase64String(secret["crt.pem"]!.GetValue<string>())).Trim());

        Assert.Contains("does not verify against the trust anchors", (await InstallAsync("other.crt", "ca.crt", "ca.key")).Error, StringComparison.Ordinal);
        Assert.Contains("must be ECDSA P-256", (await InstallAsync("rsa.crt", "rsa.crt", "rsa.key")).Error, StringComparison.Ordinal);
        Assert.Contains("do not belong together", (await InstallAsync("ca.crt", "other.crt", "ca.key")).Error, StringComparison.Ordinal);
        Assert.Contains("--identity-issuer-key-file", (await CliRunner.RunAsync("", "install", "--ignore-cluster", "--identity-trust-anchors-file", folder + "/ca.crt", "--identity-issuer-certificate-file", folder + "/ca.crt")).Error, StringComparison.Ordinal);

        // The same by the names of the chart's values, as Helm's users write them.
        var helm = await CliRunner.RunAsync("", "install", "--ignore-cluster", "--set-file", $"identityTrustAnchorsPEM={folder}/ca.crt,identity.issuer.tls.crtPEM={folder}/ca.crt", "--set-file", $"identity.issuer.tls.keyPEM={folder}/ca.key");
        Assert.Equal(0, helm.Code);
        Directory.Delete(folder, recursive: true);

        Task<(int Code, string Out, string Error)> InstallAsync(string anchors, string certificate, string issuerKey) => CliRunner.RunAsync(
            "", "install", "--ignore-cluster", "--identity-trust-anchors-file", $"{folder}/{anchors}", "--identity-issuer-certificate-file", $"{folder}/{certificate}", "--identity-issuer-key-file", $"{folder}/{issuerKey}");
    }

    [Fact]
    public async Task Values_files_flags_and_json_output()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "controllerReplicas: 2\nproxy: {logLevel: debug}\n", TestContext.Current.CancellationToken);
        var (code, output, _) = await CliRunner.RunAsync(
            "", "install", "--ignore-cluster", "-f", file, "--set", "controllerReplicas=4", "--set-string", "podAnnotations.a=1", "--registry", "example.org/mesh/", "--proxy-cpu-limit", "1500m", "-o", "json", "-L", "mesh");
        Assert.Equal(0, code);
        var documents = EmbeddedServer.Read(output.Replace("}\n{", "}\n---\n{", StringComparison.Ordinal));
        var destination = Named(documents, "Deployment linkerd-destination");
        Assert.Equal(4, destination["spec"]!["replicas"]!.GetValue<long>());
        Assert.Equal("mesh", destination["metadata"]!["namespace"]!.GetValue<string>());
        Assert.Equal("1", destination["spec"]!["template"]!["metadata"]!["annotations"]!["a"]!.GetValue<string>());
        var containers = destination["spec"]!["template"]!["spec"]!["containers"]!.AsArray();
        Assert.StartsWith("example.org/mesh/controller:", containers.Single(c => c!["name"]!.GetValue<string>() == "policy")!["image"]!.GetValue<string>(), StringComparison.Ordinal);
        var proxy = Named(documents, "Deployment linkerd-identity")["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Single(c => c!["name"]!.GetValue<string>() == "linkerd-proxy")!;
        Assert.StartsWith("example.org/mesh/proxy:", proxy["image"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("1500m", proxy["resources"]!["limits"]!["cpu"]!.GetValue<string>());
        Assert.Contains(proxy["env"]!.AsArray(), e => e!["name"]!.GetValue<string>() == "LINKERD2_PROXY_CORES" && e["value"]!.GetValue<string>() == "2");
        Assert.Contains(proxy["env"]!.AsArray(), e => e!["name"]!.GetValue<string>() == "LINKERD2_PROXY_LOG" && e["value"]!.GetValue<string>().StartsWith("debug", StringComparison.Ordinal));
        File.Delete(file);
    }

    [Theory]
    [InlineData("--set: ", "install", "--ignore-cluster", "--set", "nokey")]
    [InlineData("--set-file: there is no file", "install", "--ignore-cluster", "--set-file", "a=/does/not/exist")]
    [InlineData("no such file", "install", "--ignore-cluster", "-f", "/does/not/exist")]
    [InlineData("is no DNS name", "install", "--ignore-cluster", "--identity-trust-domain", "not a domain")]
    [InlineData("Unsupported value \"x\" for proxyInit.iptablesMode", "install", "--ignore-cluster", "--set", "proxyInit.iptablesMode=x")]
    [InlineData("must not be specified if --identity-external-issuer=true", "install", "--ignore-cluster", "--identity-external-issuer", "--set", "identity.issuer.tls.crtPEM=x")]
    [InlineData("give the trust anchors", "install", "--ignore-cluster", "--identity-external-issuer")]
    public async Task Wrong_input_is_an_error_that_says_what(string message, params string[] arguments)
    {
        var (code, output, error) = await CliRunner.RunAsync("", arguments);
        Assert.Equal(1, code);
        Assert.Equal("", output);
        Assert.Contains(message == "--set: " ? "--set nokey: key \"nokey\" has no value" : message, error, StringComparison.Ordinal);
    }

    private static async Task<int> CountAsync(EmbeddedServer server, string group, string resource, string kind) =>
        (await server.Client.Dynamic(new GroupVersionResource(group, "v1", resource), kind, true).ListAsync()).Items.Count;

    private static JsonObject Named(IReadOnlyList<JsonObject> documents, string name) => documents.Single(d => Name(d) == name);

    private static string Name(JsonObject document) => $"{document["kind"]} {document["metadata"]!["name"]}";

    private static string Rsa(out string key)
    {
        using var rsa = RSA.Create(2048);
        key = rsa.ExportPkcs8PrivateKeyPem();
        var request = new CertificateRequest("CN=rsa", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return certificate.ExportCertificatePem();
    }
}
