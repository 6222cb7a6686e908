using System.Text.Json.Nodes;
using Linkerd.Testing;

namespace Linkerd.EndToEndTests;

/// <summary>A machine outside of the cluster behind a Service.</summary>
public sealed class ExternalWorkloadTests
{
    private const string Path = $"/apis/workload.linkerd.io/v1beta1/namespaces/{MeshFixture.Namespace}/externalworkloads/machine";

    private static readonly string s_manifests = $$"""
        apiVersion: workload.linkerd.io/v1beta1
        kind: ExternalWorkload
        metadata: {name: machine, namespace: "{{MeshFixture.Namespace}}", labels: {app: machine} }
        spec:
          meshTLS: {identity: 'spiffe://root.linkerd.cluster.local/machine', serverName: machine.example}
          workloadIPs: [{ip: 192.0.2.77}]
          ports: [{name: http, port: 8080}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: machines, namespace: "{{MeshFixture.Namespace}}" }
        spec:
          selector: {app: machine}
          ports: [{port: 80, targetPort: http}]
        """;

    [Fact]
    public async Task It_is_an_endpoint_while_it_is_ready_and_selected()
    {
        Kubectl.Apply(s_manifests);
        try
        {
            await SlicesAsync("192.0.2.77:8080 false");
            var machine = JsonNode.Parse(Kubectl.Run("get", "--raw", Path))!;
            machine["status"] = JsonNode.Parse("""{"conditions":[{"type":"Ready","status":"True","reason":"Alive","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}""");
            Kubectl.RunWith(machine.ToJsonString(), "replace", "--raw", Path + "/status", "-f", "-");
            await SlicesAsync("192.0.2.77:8080 true");
            await Eventually.TrueAsync(
                static () => LinkerdCli.Output("diagnostics", "endpoints", "machines.e2e.svc.cluster.local:80", "-o", "json").Contains("spiffe://root.linkerd.cluster.local/machine", StringComparison.Ordinal),
                "an endpoint with the identity of the machine", 30);

            Kubectl.Run("-n", MeshFixture.Namespace, "label", "externalworkload", "machine", "app=other", "--overwrite");
            await SlicesAsync("");
            Kubectl.Run("-n", MeshFixture.Namespace, "label", "externalworkload", "machine", "app=machine", "--overwrite");
            await SlicesAsync("192.0.2.77:8080 true");
            // Kubernetes takes away what belongs to a Service that is gone.
            Kubectl.Run("-n", MeshFixture.Namespace, "delete", "service", "machines");
            await SlicesAsync("");
        }
        finally
        {
            Kubectl.Delete(s_manifests);
        }
    }

    private static Task SlicesAsync(string expected) => Eventually.TrueAsync(() => Slices() == expected, $"slices with {(expected.Length == 0 ? "nothing" : expected)}", 60);

    private static string Slices() => Kubectl.Run(
        "-n", MeshFixture.Namespace, "get", "endpointslices", "-l", "endpointslice.kubernetes.io/managed-by=linkerd-external-workloads-controller",
        "-o", "jsonpath={range .items[*]}{.endpoints[0].addresses[0]}:{.ports[0].port} {.endpoints[0].conditions.ready}{end}");
}
