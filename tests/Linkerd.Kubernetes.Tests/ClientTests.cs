using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Kubernetes.Tests;

public sealed class ClientTests : IDisposable
{
    private readonly ScriptedApiServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Get_reads_a_typed_object()
    {
        var get = _server.Client().Resource(Resources.Pods, "ns").GetAsync("a");
        var request = await _server.NextAsync();
        Assert.Equal("/api/v1/namespaces/ns/pods/a", request.Path);
        request.Reply(Say.Pod("a", "7"));
        var pod = await get;
        Assert.Equal(("a", "7", "Pod", "v1"), (pod.Metadata.Name, pod.Metadata.ResourceVersion, pod.Kind, pod.ApiVersion));
    }

    [Fact]
    public async Task Errors_carry_the_servers_reason()
    {
        var pods = _server.Client().Resource(Resources.Pods, "ns");
        var get = pods.GetAsync("a");
        (await _server.NextAsync()).Reply(Say.Status(404, "NotFound", "pods a not found"), HttpStatusCode.NotFound);
        var e = await Assert.ThrowsAsync<KubernetesException>(() => get);
        Assert.Equal((404, "NotFound", "pods a not found", true), (e.Code, e.Reason, e.Message, e.IsNotFound));
        var find = pods.FindAsync("a");
        (await _server.NextAsync()).Reply(Say.Status(404, "NotFound"), HttpStatusCode.NotFound);
        Assert.Null(await find);
    }

    [Theory]
    [InlineData(409, "AlreadyExists", false, true)]
    [InlineData(409, "Conflict", true, false)]
    public async Task Conflicts_are_told_apart(int code, string reason, bool conflict, bool exists)
    {
        var create = _server.Client().Resource(Resources.ConfigMaps, "ns").CreateAsync(new ConfigMap { Metadata = new() { Name = "c" } });
        (await _server.NextAsync()).Reply(Say.Status(code, reason), (HttpStatusCode)code);
        var e = await Assert.ThrowsAsync<KubernetesException>(() => create);
        Assert.Equal((conflict, exists), (e.IsConflict, e.IsAlreadyExists));
    }

    [Fact]
    public async Task Answers_that_are_no_json_are_quoted()
    {
        var get = _server.Client().GetVersionAsync();
        (await _server.NextAsync()).Reply("<html>proxy</html>", HttpStatusCode.BadGateway);
        Assert.Contains("<html>proxy</html>", (await Assert.ThrowsAsync<KubernetesException>(() => get)).Message);
        get = _server.Client().GetVersionAsync();
        (await _server.NextAsync()).Reply("{\"major\":");
        Assert.Equal("Malformed", (await Assert.ThrowsAsync<KubernetesException>(() => get)).Reason);
    }

    [Fact]
    public async Task A_silent_server_is_given_up()
    {
        var get = _server.Client(TimeSpan.FromMilliseconds(50)).GetVersionAsync();
        await _server.NextAsync();
        var e = await Assert.ThrowsAsync<KubernetesException>(() => get);
        Assert.True(e.IsUnreachable);
        Assert.True(e.IsTransient);
    }

    [Fact]
    public async Task Cancelling_is_not_a_fault_of_the_server()
    {
        using var cancel = new CancellationTokenSource();
        var get = _server.Client().GetVersionAsync(cancel.Token);
        await _server.NextAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get);
    }

    [Fact]
    public async Task Writes_carry_kind_options_and_no_nulls()
    {
        var create = _server.Client().Resource(Resources.Deployments, "ns").CreateAsync(
            new Deployment { Metadata = new() { Name = "d" }, Spec = new() { Replicas = 2 } },
            new WriteOptions { DryRun = true, FieldManager = "me" });
        var request = await _server.NextAsync();
        Assert.Equal("/apis/apps/v1/namespaces/ns/deployments", request.Path);
        Assert.Equal("?dryRun=All&fieldManager=me", request.Query);
        var expected = JsonNode.Parse("""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":2}}""");
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(request.Body)), request.Body);
        request.Reply(request.Body);
        Assert.Equal(2, (await create).Spec!.Replicas);
    }

    [Fact]
    public async Task Patches_have_their_media_types()
    {
        var pods = _server.Client().Resource(Resources.Pods, "ns");
        (Patch, string)[] patches =
        [
            (Patch.Json(new JsonPatch().Add("/metadata/labels", new JsonObject())), "application/json-patch+json"),
            (Patch.Merge(new JsonObject()), "application/merge-patch+json"),
            (Patch.Strategic(new JsonObject()), "application/strategic-merge-patch+json"),
            (Patch.Apply(new JsonObject()), "application/apply-patch+yaml"),
        ];
        foreach (var (patch, type) in patches)
        {
            var sent = pods.PatchAsync("a", patch, "status");
            var request = await _server.NextAsync();
            Assert.Equal((HttpMethod.Patch, type, "/api/v1/namespaces/ns/pods/a/status"), (request.Method, request.ContentType, request.Path));
            request.Reply(Say.Pod("a", "1"));
            await sent;
        }
    }

    [Fact]
    public async Task Dynamic_objects_come_back_whole()
    {
        var servers = _server.Client().Dynamic(new GroupVersionResource("policy.linkerd.io", "v1beta3", "servers"), "Server", true, "ns");
        var get = servers.GetAsync("s");
        var request = await _server.NextAsync();
        Assert.Equal("/apis/policy.linkerd.io/v1beta3/namespaces/ns/servers/s", request.Path);
        request.Reply("""{"metadata":{"name":"s"},"spec":{"port":80,"extra":[null,{"a":1}]}}""");
        var value = await get;
        Assert.Equal("""{"metadata":{"name":"s"},"spec":{"port":80,"extra":[null,{"a":1}]},"apiVersion":"policy.linkerd.io/v1beta3","kind":"Server"}""", value.ToJsonString());
    }

    [Fact]
    public async Task All_pages_are_listed()
    {
        var all = Task.Run(async () =>
        {
            var names = new List<string?>();
            await foreach (var pod in _server.Client().Resource(Resources.Pods).ListAllAsync(new() { LabelSelector = "app=x" }))
                names.Add(pod.Metadata.Name);
            return names;
        });
        (await _server.NextAsync()).Reply(Say.List("1", "next", Say.Pod("a", "1")));
        var second = await _server.NextAsync();
        Assert.Equal("?labelSelector=app=x&limit=500&continue=next", second.Query);
        second.Reply(Say.List("1", "", Say.Pod("b", "1")));
        Assert.Equal(["a", "b"], await all);
    }

    [Fact]
    public async Task A_refused_token_is_read_again()
    {
        var source = new CountingTokenSource();
        using var client = new KubernetesClient(new KubernetesConfig { Server = new Uri("http://scripted"), Token = source }, _server);
        var get = client.GetVersionAsync();
        var request = await _server.NextAsync();
        Assert.Equal("Bearer t1", request.Authorization);
        request.Reply(Say.Status(401, "Unauthorized"), HttpStatusCode.Unauthorized);
        await Assert.ThrowsAsync<KubernetesException>(() => get);
        get = client.GetVersionAsync();
        request = await _server.NextAsync();
        Assert.Equal("Bearer t2", request.Authorization);
        request.Reply("""{"gitVersion":"v1.20.2"}""");
        Assert.Equal("v1.20.2", (await get).GitVersion);
    }

    [Fact]
    public void Impossible_requests_are_refused_before_they_are_sent()
    {
        Assert.Throws<ArgumentException>(() => _server.Client().Resource(Resources.Nodes, "ns"));
        Assert.Throws<ArgumentException>(() => { _ = _server.Client().Resource(Resources.Pods).GetAsync("a").GetAwaiter().GetResult(); });
        Assert.False(_server.HasRequest);
    }

    private sealed class CountingTokenSource : ITokenSource
    {
        private int _generation = 1;

        public ValueTask<string?> GetAsync(CancellationToken cancel) => new("t" + _generation);

        public void Invalidate() => _generation++;
    }
}
