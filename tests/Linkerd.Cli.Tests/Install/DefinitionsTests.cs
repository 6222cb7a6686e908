using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Testing;

namespace Linkerd.Cli.Tests.Install;

/// <summary>Each resource of the mesh: an object that its definition lets in, and one that it refuses, with its message; the same on a real API server is in the end-to-end tests.</summary>
public sealed class DefinitionsTests(DefinitionsTests.Cluster cluster) : IClassFixture<DefinitionsTests.Cluster>
{
    private const string Gateway = "gateway.networking.k8s.io/";

    public static TheoryData<string, string, string, string, string> Kinds()
    {
        var data = new TheoryData<string, string, string, string, string>();
        foreach (var (version, kind, accepted, refused, message) in DefinitionExamples.All)
            data.Add(version, kind, accepted, refused, message);
        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_definition_lets_in_and_refuses(string version, string kind, string accepted, string refused, string message)
    {
        await cluster.Server.ApplyAsync(Document(version, kind, accepted));
        var e = await Assert.ThrowsAsync<KubernetesException>(() => cluster.Server.ApplyAsync(Document(version, kind, refused)));
        Assert.Contains(message, DefinitionExamples.WithoutIndices(e.Message), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Defaults_are_filled_in()
    {
        await cluster.Server.ApplyAsync(Document(Gateway + "v1", "HTTPRoute", "{parentRefs: [{name: s}], rules: [{backendRefs: [{name: b}]}]}", "defaults"));
        var route = await cluster.Server.Client.Dynamic(new GroupVersionResource("gateway.networking.k8s.io", "v1", "httproutes"), "HTTPRoute", true, "default").GetAsync("defaults");
        Assert.Equal("gateway.networking.k8s.io", route["spec"]!["parentRefs"]![0]!["group"]!.GetValue<string>());
        Assert.Equal("PathPrefix", route["spec"]!["rules"]![0]!["matches"]![0]!["path"]!["type"]!.GetValue<string>());
        Assert.Equal(1, route["spec"]!["rules"]![0]!["backendRefs"]![0]!["weight"]!.GetValue<long>());
    }

    private static string Document(string version, string kind, string spec, string? name = null) =>
        $"{{apiVersion: {version}, kind: {kind}, metadata: {{name: {name ?? $"n{Guid.NewGuid():n}"}, namespace: default}}, spec: {spec}}}";

    /// <summary>A server with the definitions.</summary>
    public sealed class Cluster : IAsyncLifetime
    {
        internal EmbeddedServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Server = await EmbeddedServer.StartAsync();
            await Server.ApplyAsync((await Server.RunAsync(0, "install", "--crds")).Out);
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
