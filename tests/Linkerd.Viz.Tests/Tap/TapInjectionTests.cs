using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Viz.TapInjector;

namespace Linkerd.Viz.Tests.Tap;

public sealed class TapInjectionTests
{
    private const string Identity = "tap.linkerd-viz.serviceaccount.identity.linkerd.cluster.local";

    [Fact]
    public void A_meshed_pod_learns_who_may_tap()
    {
        var patch = Patch("""{"metadata":{},"spec":{"containers":[{"name":"app"},{"name":"linkerd-proxy","env":[{"name":"A","value":"1"}]}]}}""");
        Assert.Equal(
            """[{"op":"add","path":"/metadata/annotations","value":{}},{"op":"add","path":"/metadata/annotations/viz.linkerd.io~1tap-enabled","value":"true"},{"op":"add","path":"/spec/containers/1/env/-","value":{"name":"LINKERD2_PROXY_TAP_SVC_NAME","value":"tap.linkerd-viz.serviceaccount.identity.linkerd.cluster.local"}}]""",
            patch);
    }

    [Fact]
    public void A_native_sidecar_is_found_among_the_init_containers() => Assert.Contains(
        "/spec/initContainers/0/env",
        Patch("""{"metadata":{"annotations":{}},"spec":{"containers":[{"name":"app"}],"initContainers":[{"name":"linkerd-proxy"}]}}"""),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"metadata":{},"spec":{"containers":[{"name":"app"}]}}""", null)]
    [InlineData("""{"metadata":{"annotations":{"viz.linkerd.io/disable-tap":"true"}},"spec":{"containers":[{"name":"linkerd-proxy"}]}}""", null)]
    [InlineData("""{"metadata":{},"spec":{"containers":[{"name":"linkerd-proxy"}]}}""", "true")]
    [InlineData("""{"metadata":{},"spec":{"containers":[{"name":"linkerd-proxy","env":[{"name":"LINKERD2_PROXY_TAP_SVC_NAME","value":"x"}]}]}}""", null)]
    public void Other_pods_are_left_alone(string pod, string? namespaceAnnotation) => Assert.Null(Patch(pod, namespaceAnnotation));

    [Fact]
    public void A_pods_own_word_counts_more_than_its_namespaces() => Assert.NotNull(
        Patch("""{"metadata":{"annotations":{"viz.linkerd.io/disable-tap":"false"}},"spec":{"containers":[{"name":"linkerd-proxy"}]}}""", "true"));

    [Fact]
    public void What_is_no_review_is_refused() => Assert.Throws<FormatException>(() => TapInjection.Answer([], Identity, _ => null));

    private static string? Patch(string pod, string? namespaceAnnotation = null)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = "admission.k8s.io/v1",
            ["request"] = new JsonObject { ["uid"] = "1", ["namespace"] = "ns", ["object"] = JsonNode.Parse(pod) },
        };
        var annotations = namespaceAnnotation is null ? null : new Dictionary<string, string> { ["viz.linkerd.io/disable-tap"] = namespaceAnnotation };
        var response = TapInjection.Answer(review, Identity, _ => annotations)["response"]!;
        Assert.True(response["allowed"]!.GetValue<bool>());
        return response["patch"] is { } patch ? Encoding.UTF8.GetString(Convert.FromBase64String(patch.GetValue<string>())) : null;
    }
}
