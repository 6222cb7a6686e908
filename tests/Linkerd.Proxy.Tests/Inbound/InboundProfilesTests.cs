using System.Collections.Concurrent;
using System.Text;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Control;
using Linkerd.Proxy.Discovery;
using Linkerd.Proxy.Inbound;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Proxy.Tests.Http;
using Linkerd.Proxy.Tests.Stack;
using Linkerd.Telemetry;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Inbound;

/// <summary>What the inbound side asks the control plane for on behalf of requests.</summary>
public sealed class InboundProfilesTests : IDisposable
{
    private readonly HttpMesh _mesh = new();
    private readonly ConcurrentQueue<HostPort> _asked = new();
    private int _left;

    [Theory]
    [InlineData("WEB.shop.svc.cluster.local.", "web.shop.svc.cluster.local:80")]
    [InlineData("web.shop.svc.cluster.local:8080", "web.shop.svc.cluster.local:8080")]
    [InlineData("svc.cluster.local:1", "svc.cluster.local:1")]
    [InlineData("example.com", null)]
    [InlineData("websvc.cluster.local", null)]
    [InlineData("10.1.2.3:80", null)]
    [InlineData("[::1]:80", null)]
    [InlineData("web.shop.svc.cluster.local:0", null)]
    [InlineData("", null)]
    public async Task Names_of_the_mesh_are_asked_for(string authority, string? expected)
    {
        await FindAsync([authority, authority]);
        Assert.Equal(expected, _asked.IsEmpty ? null : Assert.Single(_asked).ToString());
    }

    [Fact]
    public async Task Names_that_clients_make_up_are_bounded_and_forgotten()
    {
        await FindAsync([.. Enumerable.Range(0, InboundProfiles.Max + 50).Select(static i => $"made-up-{i}.x.svc.cluster.local")]);
        Assert.Equal(InboundProfiles.Max, _asked.Count);
        await Eventually.TrueAsync(() => Volatile.Read(ref _left) == InboundProfiles.Max, "the end of each watch");
    }

    public void Dispose() => _mesh.Dispose();

    // What is posted runs in order: when the last task is through, everything that was asked has been.
    private async Task FindAsync(string[] authorities)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ProxyRuntime runtime = Runtime();
        _mesh.Worker.Loop.Post(() =>
        {
            var profiles = new InboundProfiles(runtime, _mesh.Worker);
            foreach (string authority in authorities)
            {
                var request = new HeaderBlock();
                request.SetAuthority(Encoding.ASCII.GetBytes(authority));
                _ = profiles.Find(request);
            }

            _mesh.Worker.Loop.Post(done.SetResult);
        });
        await done.Task;
    }

    private ProxyRuntime Runtime()
    {
        EventLoop loop = _mesh.Worker.Loop;
        ProxyConfig config = ConfigLoader.Load(static name => name switch
        {
            _ when name.EndsWith("_SVC_ADDR", StringComparison.Ordinal) && !name.Contains("TRACE", StringComparison.Ordinal) => "127.0.0.1:1",
            "LINKERD2_PROXY_IDENTITY_DISABLED" => "1",
            "LINKERD2_PROXY_INBOUND_DISCOVERY_IDLE_TIMEOUT" => "20ms",
            _ => null,
        }, 1);
        return Runtimes.Create(loop, config, new MetricRegistry(1), profiles: Runtimes.Watch<HostPort, Profile>(loop, (name, _, cancellation) =>
        {
            _asked.Enqueue(name);
            cancellation.Register(() => Interlocked.Increment(ref _left));
            return Task.CompletedTask;
        }, idleMillis: 1));
    }
}
