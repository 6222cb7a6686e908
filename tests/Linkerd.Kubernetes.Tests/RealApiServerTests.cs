using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Kubernetes.Tests;

/// <summary>The same client against a real API server, when <c>KUBECONFIG</c> leads to one; otherwise these pass without asking anything.</summary>
public sealed class RealApiServerTests : IAsyncLifetime
{
    private const string Namespace = "linkerd-kubernetes-tests";

    private readonly KubernetesClient? _client = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBECONFIG")) ? null : new(KubernetesConfig.Load());

    public async ValueTask InitializeAsync()
    {
        if (_client is null || await _client.Resource(Resources.Namespaces).FindAsync(Namespace) is not null)
            return;
        await _client.Resource(Resources.Namespaces).CreateAsync(new Namespace { Metadata = new() { Name = Namespace } });
    }

    public ValueTask DisposeAsync()
    {
        _client?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Discovery_says_what_is_served()
    {
        if (_client is null)
            return;
        Assert.StartsWith("v1.", (await _client.GetVersionAsync()).GitVersion);
        Assert.True(await _client.ServesAsync(Resources.Pods.Gvr));
        Assert.False(await _client.ServesAsync(new GroupVersionResource("no.such.group", "v1", "things")));
        var (gvr, resource) = (await _client.FindResourceAsync("deploy"))!.Value;
        Assert.Equal((Resources.Deployments.Gvr, "Deployment"), (gvr, resource.Kind));
    }

    [Fact]
    public async Task Objects_are_created_changed_conflict_and_go()
    {
        if (_client is null)
            return;
        var maps = _client.Resource(Resources.ConfigMaps, Namespace);
        await maps.TryDeleteAsync("crud");
        var created = await maps.CreateAsync(new ConfigMap { Metadata = new() { Name = "crud" }, Data = new Dictionary<string, string> { ["a"] = "1" } });
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => maps.CreateAsync(new ConfigMap { Metadata = new() { Name = "crud" } }))).IsAlreadyExists);
        var updated = await maps.UpdateAsync(created with { Data = new Dictionary<string, string> { ["a"] = "2" } });
        Assert.NotEqual(created.Metadata.ResourceVersion, updated.Metadata.ResourceVersion);
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => maps.UpdateAsync(created))).IsConflict);
        var merged = await maps.PatchAsync("crud", Patch.Merge(JsonNode.Parse("""{"data":{"b":"3","a":null}}""")!));
        Assert.Equal("b=3", string.Join(',', merged.Data!.Select(d => $"{d.Key}={d.Value}")));
        var patched = await maps.PatchAsync("crud", Patch.Json(new JsonPatch().Test("/data/b", "3").Add("/metadata/labels", new JsonObject { ["x"] = "y" })));
        Assert.Equal("y", patched.Metadata.Labels!["x"]);
        Assert.Single((await maps.ListAsync(new() { LabelSelector = "x=y" })).Items);
        Assert.True(await maps.TryDeleteAsync("crud"));
        Assert.False(await maps.TryDeleteAsync("crud"));
    }

    [Fact]
    public async Task An_informer_follows()
    {
        if (_client is null)
            return;
        var maps = _client.Resource(Resources.ConfigMaps, Namespace);
        await using var informer = new Informer<ConfigMap>(maps, new() { PageSize = 2 });
        for (var i = 0; i < 5; i++)
            await maps.TryDeleteAsync("follow-" + i);
        for (var i = 0; i < 4; i++)
            await maps.CreateAsync(new ConfigMap { Metadata = new() { Name = "follow-" + i } });
        informer.Start();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await informer.WaitForSyncAsync(limit.Token);
        Assert.NotNull(informer.Get(Namespace, "follow-3"));
        await maps.CreateAsync(new ConfigMap { Metadata = new() { Name = "follow-4" } });
        await maps.DeleteAsync("follow-0");
        while (informer.Get(Namespace, "follow-4") is null || informer.Get(Namespace, "follow-0") is not null)
            await Task.Delay(10, limit.Token);
        Assert.Equal("ConfigMap", informer.Get(Namespace, "follow-4")!.Kind);
    }

    [Fact]
    public async Task A_watch_from_an_ancient_version_is_gone()
    {
        if (_client is null)
            return;
        var e = await Assert.ThrowsAsync<KubernetesException>(async () =>
        {
            await foreach (var _ in _client.Resource(Resources.Pods).WatchAsync(new() { ResourceVersion = "1", TimeoutSeconds = 5 }))
                break;
            throw new KubernetesException("the server still has version 1", 410, "Expired");
        });
        Assert.True(e.IsGone);
    }

    [Fact]
    public async Task Tokens_are_issued_and_reviewed()
    {
        if (_client is null)
            return;
        var accounts = _client.Resource(Resources.ServiceAccounts, Namespace);
        if (await accounts.FindAsync("tester") is null)
            await accounts.CreateAsync(new ServiceAccount { Metadata = new() { Name = "tester" } });
        var request = new TokenRequest { Spec = new() { Audiences = ["identity.l5d.io"], ExpirationSeconds = 3600 } };
        var issued = await accounts.CreateSubresourceAsync("tester", "token", request, Resources.TokenRequests);
        var review = await _client.Resource(Resources.TokenReviews).CreateAsync(new TokenReview { Spec = new() { Token = issued.Status!.Token, Audiences = ["identity.l5d.io"] } });
        Assert.True(review.Status!.Authenticated);
        Assert.Equal($"system:serviceaccount:{Namespace}:tester", review.Status.User!.Username);
    }

    [Fact]
    public async Task One_of_two_candidates_leads_and_gives_up_its_lease()
    {
        if (_client is null)
            return;
        await _client.Resource(Resources.Leases, Namespace).TryDeleteAsync("leader");
        LeaderElectionOptions options = new() { Namespace = Namespace, Name = "leader", Identity = "one", RetryPeriod = TimeSpan.FromMilliseconds(50) };
        using var stopOne = new CancellationTokenSource();
        using var stopTwo = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var oneLeads = new TaskCompletionSource();
        var twoLeads = new TaskCompletionSource();
        var one = new LeaderElector(_client, options).RunAsync(cancel => Lead(oneLeads, cancel), stopOne.Token);
        await oneLeads.Task.WaitAsync(stopTwo.Token);
        var elector = new LeaderElector(_client, options with { Identity = "two" });
        var two = elector.RunAsync(cancel => Lead(twoLeads, cancel), stopTwo.Token);
        Assert.False(elector.IsLeader);
        await stopOne.CancelAsync();
        await one;
        await twoLeads.Task.WaitAsync(stopTwo.Token);
        Assert.Equal("two", (await _client.Resource(Resources.Leases, Namespace).GetAsync("leader")).Spec!.HolderIdentity);
        await stopTwo.CancelAsync();
        await two;

        static Task Lead(TaskCompletionSource started, CancellationToken cancel)
        {
            started.TrySetResult();
            return Task.Delay(Timeout.Infinite, cancel);
        }
    }

    [Fact]
    public async Task Commands_logs_and_ports_of_a_pod_are_reached()
    {
        if (_client is null)
            return;
        var pods = _client.Resource(Resources.Pods, Namespace);
        if (await pods.FindAsync("target") is null)
        {
            var container = new Container
            {
                Name = "c",
                Image = "localhost/base:1",
                ImagePullPolicy = "Never",
                Command = ["sh", "-c", "echo started; mkdir /tmp/w; echo hello > /tmp/w/index.html; exec httpd -f -p 8080 -h /tmp/w"],
            };
            await pods.CreateAsync(new Pod { Metadata = new() { Name = "target" }, Spec = new() { Containers = [container], TerminationGracePeriodSeconds = 0 } });
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await pods.GetAsync("target", limit.Token)).Status?.Phase != "Running")
            await Task.Delay(50, limit.Token);
        using (var logs = new StreamReader(await _client.GetLogsAsync(Namespace, "target", new() { TailLines = 1 }, limit.Token)))
            Assert.Equal("started\n", await logs.ReadToEndAsync(limit.Token));
        await using (var exec = await _client.ExecAsync(Namespace, "target", "c", ["sh", "-c", "echo out; echo err >&2; exit 3"], cancel: limit.Token))
        {
            var (stdout, stderr) = (new MemoryStream(), new MemoryStream());
            Assert.Equal(3, await exec.CopyToAsync(stdout, stderr, limit.Token));
            Assert.Equal(("out\n", "err\n"), (Encoding.UTF8.GetString(stdout.ToArray()), Encoding.UTF8.GetString(stderr.ToArray())));
        }

        await using var connection = await _client.PortForwardAsync(Namespace, "target", 8080, limit.Token);
        await connection.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), limit.Token);
        using var reader = new StreamReader(connection);
        Assert.Contains("hello", await reader.ReadToEndAsync(limit.Token));
    }
}
