using System.Text.Json.Nodes;
using Linkerd.Inject.Reports;
using Linkerd.Inject.Values;

namespace Linkerd.Inject.Tests;

/// <summary>Who is injected, and what is said when not.</summary>
public sealed class OptInTests
{
    [Theory]
    [InlineData("", "", "neither the namespace nor the pod have the annotation \"linkerd.io/inject:enabled\"")]
    [InlineData("disabled", "", "neither the namespace nor the pod have the annotation \"linkerd.io/inject:enabled\"")]
    [InlineData("", "disabled", "neither the namespace nor the pod have the annotation \"linkerd.io/inject:enabled\"")]
    [InlineData("enabled", "disabled", "pod has the annotation \"linkerd.io/inject:disabled\"")]
    [InlineData("enabled", "", null)]
    [InlineData("enabled", "enabled", null)]
    [InlineData("disabled", "enabled", null)]
    [InlineData("", "enabled", null)]
    [InlineData("", "ingress", null)]
    [InlineData("ingress", "", null)]
    [InlineData("yes", "enabled", "invalid value for annotation \"linkerd.io/inject\" at namespace")]
    [InlineData("enabled", "yes", "invalid value for annotation \"linkerd.io/inject\" at workload")]
    public void The_webhooks_rules(string ns, string pod, string? reason)
    {
        var resource = pod.Length == 0 ? Resources.Parse(Resources.Pod) : Resources.Annotated((Annotations.Inject, pod));
        var request = Resources.Request(resource) with
        {
            NamespaceAnnotations = ns.Length == 0 ? new Dictionary<string, string>() : new Dictionary<string, string> { [Annotations.Inject] = ns },
        };

        var injection = Injector.Inject(request);

        Assert.Equal(reason is null, injection.Injected);
        Assert.Equal(reason is null ? [] : [reason], injection.Report.SkipReasons.Select(SkipReason.Sentence));
    }

    [Theory]
    [InlineData("hostNetwork is enabled", """{"hostNetwork":true}""")]
    [InlineData("pod has a sidecar injected already", """{"containers":[{"name":"linkerd-proxy","image":"x"}]}""")]
    [InlineData("pod has a sidecar injected already", """{"containers":[{"name":"istio-proxy","image":"x"}]}""")]
    [InlineData("pod has a sidecar injected already", """{"initContainers":[{"name":"linkerd-proxy","image":"x"}]}""")]
    [InlineData("pod has a sidecar injected already", """{"initContainers":[{"name":"linkerd-init","image":"x"}]}""")]
    [InlineData("pod has a sidecar injected already", """{"initContainers":[{"name":"istio-init","image":"x"}]}""")]
    [InlineData("pod has a sidecar injected already", """{"containers":[{"name":"a","image":"cr.l5d.io/linkerd/proxy:edge"}]}""")]
    [InlineData("pod has a sidecar injected already", """{"containers":[{"name":"a","image":"gcr.io/istio-release/proxyv2:1"}]}""")]
    [InlineData("pod has a sidecar injected already", """{"initContainers":[{"name":"a","image":"cr.l5d.io/linkerd/proxy-init:v2"}]}""")]
    [InlineData("pod has a sidecar injected already", """{"initContainers":[{"name":"a","image":"gcr.io/istio-release/proxy_init:1"}]}""")]
    public void What_keeps_the_proxy_out(string reason, string spec)
    {
        var resource = Resources.With(Resources.Pod, pod => pod["spec"] = JsonNode.Parse(spec));

        var injection = Injector.Inject(Resources.Request(resource));

        Assert.False(injection.Injected);
        Assert.Equal([reason], injection.Report.SkipReasons.Select(SkipReason.Sentence));
    }

    [Fact]
    public void Without_projected_tokens_the_pods_own_is_needed()
    {
        var values = Resources.Values with { Identity = new IdentityValues { ServiceAccountTokenProjection = false } };
        var without = Injector.Inject(Resources.Request(Resources.Parse(Resources.Pod)) with { Values = values });
        var with = Injector.Inject(Resources.Request(Resources.With(Resources.Pod, pod => pod["spec"]!["containers"]![0]!["volumeMounts"] =
            JsonNode.Parse("""[{"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount","name":"token-x","readOnly":true}]"""))) with { Values = values });

        Assert.Equal([SkipReason.NoServiceAccountToken], without.Report.SkipReasons);
        Assert.True(with.Injected);
        Assert.DoesNotContain("linkerd-identity-token", with.Patch!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("\"name\":\"token-x\"", with.Patch.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Udp_is_a_warning_only()
    {
        var injection = Injector.Inject(Resources.Request(Resources.With(Resources.Pod, pod => pod["spec"]!["containers"]![0]!["ports"]![0]!["protocol"] = "UDP")));

        Assert.True(injection.Injected);
        Assert.True(injection.Report.Udp);
    }

    [Theory]
    [InlineData("ConfigMap")]
    [InlineData("")]
    public void Other_kinds_are_left_alone(string kind)
    {
        var injection = Injector.Inject(Resources.Request(new JsonObject { ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = "x" } }));

        Assert.Null(injection.Patch);
        Assert.Contains(SkipReason.Unsupported, injection.Report.SkipReasons);
    }
}
