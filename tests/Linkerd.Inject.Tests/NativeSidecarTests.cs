namespace Linkerd.Inject.Tests;

/// <summary>An API server before 1.29 drops restartPolicy of init containers, and the pod then waits for its proxy for ever.</summary>
public sealed class NativeSidecarTests
{
    [Theory]
    [InlineData(1, 20)]
    [InlineData(1, 28)]
    public void An_older_server_is_never_sent_restartPolicy(int major, int minor)
    {
        foreach (var resource in Everything())
        {
            var patch = Injector.Inject(Resources.Request(resource) with { ServerVersion = new KubernetesVersion(major, minor) }).Patch!.ToJsonString();
            Assert.DoesNotContain("restartPolicy", patch, StringComparison.Ordinal);
            Assert.DoesNotContain("startupProbe", patch, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_unknown_server_is_taken_for_an_old_one() =>
        Assert.DoesNotContain("restartPolicy", Injector.Inject(Resources.Request(Resources.Parse(Resources.Pod)) with { ServerVersion = null }).Patch!.ToJsonString(), StringComparison.Ordinal);

    [Fact]
    public void A_new_server_gets_a_native_sidecar_after_linkerd_init()
    {
        var patch = Injector.Inject(Resources.Request(Resources.Parse(Resources.Pod)) with { ServerVersion = Resources.New }).Patch!;

        var proxy = patch.Single(o => o.String("path") == "/spec/initContainers/1")!["value"]!;
        Assert.Equal("linkerd-proxy", proxy.String("name"));
        Assert.Equal("Always", proxy.String("restartPolicy"));
        Assert.Null(proxy["lifecycle"]);
        Assert.Equal("linkerd-init", patch.Single(o => o.String("path") == "/spec/initContainers/0")!["value"].String("name"));
    }

    [Theory]
    [InlineData("config.linkerd.io/proxy-enable-native-sidecar")]
    [InlineData("config.beta.linkerd.io/proxy-enable-native-sidecar")]
    [InlineData("config.alpha.linkerd.io/proxy-enable-native-sidecar")]
    public void A_pod_may_refuse_it(string annotation)
    {
        var patch = Injector.Inject(Resources.Request(Resources.Annotated((annotation, "false"))) with { ServerVersion = Resources.New }).Patch!;

        Assert.DoesNotContain("restartPolicy", patch.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", "29", true)]
    [InlineData("1", "28+", false)]
    [InlineData("1", "30-gke.5", true)]
    [InlineData("2", "0", true)]
    public void Versions_are_read(string major, string minor, bool native) =>
        Assert.Equal(native, KubernetesVersion.Parse(major, minor)!.Value.HasNativeSidecars);

    [Theory]
    [InlineData("v1.29.3+k3s1", 29)]
    [InlineData("v1.20.2", 20)]
    public void Git_versions_are_read(string text, int minor) => Assert.Equal(minor, KubernetesVersion.Parse(text)!.Value.Minor);

    [Fact]
    public void Nonsense_is_no_version() => Assert.Null(KubernetesVersion.Parse("latest"));

    private static IEnumerable<System.Text.Json.Nodes.JsonObject> Everything() =>
        new[] { "Pod", "Deployment", "ReplicationController", "ReplicaSet", "Job", "DaemonSet", "StatefulSet", "CronJob" }
            .Select(k => Resources.Parse(Resources.Workload(k)))
            .Append(Resources.Annotated(("config.linkerd.io/proxy-enable-native-sidecar", "true")));
}
