using System.Text.Json.Nodes;
using Linkerd.Testing;

namespace Linkerd.Controller.Tests.Injector;

public sealed class InjectorWebhookTests
{
    [Theory]
    [InlineData("admission.k8s.io/v1")]
    [InlineData("admission.k8s.io/v1beta1")]
    public async Task A_pod_gets_the_proxy_and_its_workloads_label(string apiVersion)
    {
        using var lab = new WebhookLab();

        var review = await lab.Webhook.ReviewAsync(WebhookLab.Review("Pod", WebhookLab.Pod, apiVersion), default);

        Assert.Equal(apiVersion, review["apiVersion"]!.GetValue<string>());
        Assert.Equal("42", review["response"]!["uid"]!.GetValue<string>());
        Assert.True(review["response"]!["allowed"]!.GetValue<bool>());
        Assert.Equal("JSONPatch", review["response"]!["patchType"]!.GetValue<string>());
        var patch = WebhookLab.PatchOf(review)!.ToJsonString();
        Assert.Contains("""{"op":"add","path":"/metadata/labels/linkerd.io~1proxy-deployment","value":"web"}""", patch, StringComparison.Ordinal);
        Assert.Contains("""{"op":"add","path":"/metadata/labels/linkerd.io~1workload-ns","value":"shop"}""", patch, StringComparison.Ordinal);
        Assert.Contains("debug,[{headers}]=off", patch, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("20", false)]
    [InlineData("28+", false)]
    [InlineData("29", true)]
    public async Task Native_sidecars_go_to_servers_that_have_them(string minor, bool native)
    {
        using var lab = new WebhookLab(minor);

        var patch = WebhookLab.PatchOf(await lab.Webhook.ReviewAsync(WebhookLab.Review("Pod", WebhookLab.Pod), default))!.ToJsonString();

        Assert.Equal(native, patch.Contains("restartPolicy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pod_whose_workload_cannot_be_looked_up_is_injected_all_the_same()
    {
        using var lab = new WebhookLab();
        lab.Kubernetes.Refused.Add("/apis/apps/v1/namespaces/shop/replicasets/web-1");

        var review = await lab.Webhook.ReviewAsync(WebhookLab.Review("Pod", WebhookLab.Pod), default);
        lab.Kubernetes.Refused.Clear();
        var next = await lab.Webhook.ReviewAsync(WebhookLab.Review("Pod", WebhookLab.Pod), default);

        Assert.Contains("linkerd.io~1proxy-replicaset\",\"value\":\"web-1", WebhookLab.PatchOf(review)!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("linkerd.io~1proxy-deployment\",\"value\":\"web\"", WebhookLab.PatchOf(next)!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_tell_the_workload()
    {
        using var lab = new WebhookLab();

        await lab.Webhook.ReviewAsync(WebhookLab.Review("Pod", WebhookLab.Pod), default);
        await lab.Webhook.ReviewAsync(WebhookLab.Review("Pod", WebhookLab.Pod), default);

        await Eventually.TrueAsync(() => lab.Kubernetes.Writes.Count == 2, "two writes of events");
        var (created, raised) = (lab.Kubernetes.Writes.ElementAt(0), lab.Kubernetes.Writes.ElementAt(1));
        Assert.Equal("/api/v1/namespaces/shop/events", created.Path);
        Assert.Equal("Injected", created.Body["reason"]!.GetValue<string>());
        Assert.Equal("Linkerd sidecar proxy injected", created.Body["message"]!.GetValue<string>());
        Assert.Equal("deploy", created.Body["involvedObject"]!["uid"]!.GetValue<string>());
        Assert.Equal("PATCH", raised.Method);
        Assert.Equal(2, raised.Body["count"]!.GetValue<int>());
        // The ReplicaSet is asked for once.
        Assert.Single(lab.Kubernetes.Reads, p => p.Contains("replicasets", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_skipped_pod_is_told_why_and_counted()
    {
        using var lab = new WebhookLab(inject: "disabled");

        var review = await lab.Webhook.ReviewAsync(WebhookLab.Review("Pod", WebhookLab.Pod), default);

        Assert.True(review["response"]!["allowed"]!.GetValue<bool>());
        Assert.Null(review["response"]!["patch"]);
        await Eventually.TrueAsync(() => lab.Kubernetes.Writes.Count == 1, "the event");
        lab.Kubernetes.Writes.TryPeek(out var write);
        Assert.Equal("InjectionSkipped", write.Body["reason"]!.GetValue<string>());
        Assert.Equal(
            "Linkerd sidecar proxy injection skipped: neither the namespace nor the pod have the annotation \"linkerd.io/inject:enabled\"",
            write.Body["message"]!.GetValue<string>());
        var metrics = lab.Metrics.Expose();
        Assert.Contains("proxy_inject_admission_requests_total{owner_kind=\"deployment\",namespace=\"shop\",annotation_at=\"\",admin_port=\"\"", metrics, StringComparison.Ordinal);
        Assert.Contains("proxy_inject_admission_responses_total{owner_kind=\"deployment\",namespace=\"shop\",skip=\"true\",skip_reason=\"injection_enable_annotation_absent\"", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Service_gets_its_opaque_ports()
    {
        using var lab = new WebhookLab();

        var review = await lab.Webhook.ReviewAsync(WebhookLab.Review("Service", """{"metadata":{"name":"db"},"spec":{"ports":[{"port":3306}]}}"""), default);

        Assert.Contains("\"value\":\"3306\"", WebhookLab.PatchOf(review)!.ToJsonString(), StringComparison.Ordinal);
        Assert.Empty(lab.Kubernetes.Writes);
    }

    [Fact]
    public async Task Ignored_annotations_are_shown_as_warnings()
    {
        using var lab = new WebhookLab();

        var review = await lab.Webhook.ReviewAsync(
            WebhookLab.Review("Pod", """{"metadata":{"name":"a","annotations":{"config.linkerd.io/proxy-await":"x"}},"spec":{"containers":[]}}"""), default);

        Assert.Contains("proxy-await", review["response"]!["warnings"]![0]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_namespace_that_cannot_be_read_is_a_refusal_with_the_reason()
    {
        using var lab = new WebhookLab();
        lab.Kubernetes.Answers.Remove("/api/v1/namespaces/shop");

        var review = await lab.Webhook.ReviewAsync(WebhookLab.Review("Pod", WebhookLab.Pod), default);

        Assert.False(review["response"]!["allowed"]!.GetValue<bool>());
        Assert.NotEqual("", review["response"]!["status"]!["message"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"request":{}}""")]
    [InlineData("""{"request":{"uid":""}}""")]
    public async Task What_is_no_review_is_refused(string json)
    {
        using var lab = new WebhookLab();

        await Assert.ThrowsAsync<FormatException>(() => lab.Webhook.ReviewAsync((JsonObject)JsonNode.Parse(json)!, default));
    }
}
