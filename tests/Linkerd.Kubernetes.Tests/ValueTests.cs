using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Kubernetes.Tests;

public sealed class ValueTests
{
    [Theory]
    [InlineData("100m", 0.1, 100)]
    [InlineData("1", 1, 1000)]
    [InlineData("0.5", 0.5, 500)]
    [InlineData("20Mi", 20971520, 20971520000)]
    [InlineData("1e3", 1000, 1000000)]
    [InlineData("2E", 2e18, 0)]
    [InlineData("1500u", 0.0015, 2)]
    public void Quantities_are_parsed(string text, double value, long milli)
    {
        var quantity = Quantity.Parse(text);
        Assert.Equal((decimal)value, quantity.Value);
        Assert.Equal(text, quantity.ToString());
        if (milli > 0)
            Assert.Equal(milli, quantity.MilliValue);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("1X")]
    [InlineData("1 Mi")]
    [InlineData("--1")]
    [InlineData("99999999999999999999Ei")]
    public void Nonsense_is_no_quantity(string text) => Assert.False(Quantity.TryParse(text, out _));

    [Theory]
    [InlineData("app=web,tier!=db", "app", "web", true)]
    [InlineData("app in (web, api),!old", "app", "api", true)]
    [InlineData("app notin (web)", "app", "web", false)]
    [InlineData("app==web", "app", "web", true)]
    [InlineData("missing", "app", "web", false)]
    public void Selectors_match(string text, string key, string value, bool expected)
    {
        var selector = Selectors.Parse(text);
        var labels = new Dictionary<string, string> { [key] = value };
        Assert.Equal(expected, Selectors.Matches(selector, labels));
        Assert.Equal(expected, Selectors.Matches(Selectors.Parse(Selectors.Text(selector)), labels));
    }

    [Theory]
    [InlineData("a b=c")]
    [InlineData("a in b")]
    [InlineData("=x")]
    public void Malformed_selectors_are_refused(string text) => Assert.Throws<FormatException>(() => Selectors.Parse(text));

    [Fact]
    public void An_empty_service_selector_matches_nothing()
    {
        var labels = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" };
        Assert.False(Selectors.MatchesService(null, labels));
        Assert.False(Selectors.MatchesService(new Dictionary<string, string>(), labels));
        Assert.True(Selectors.MatchesService(new Dictionary<string, string> { ["a"] = "1" }, labels));
        Assert.False(Selectors.MatchesService(new Dictionary<string, string> { ["a"] = "1", ["c"] = "3" }, labels));
    }

    [Fact]
    public void Json_patches_escape_their_paths()
    {
        var patch = new JsonPatch().Add(JsonPatch.Pointer("metadata", "annotations", "linkerd.io/inject~x"), "enabled").Remove("/spec/a").Test("/b", null);
        Assert.Equal("""[{"op":"add","path":"/metadata/annotations/linkerd.io~1inject~0x","value":"enabled"},{"op":"remove","path":"/spec/a"},{"op":"test","path":"/b","value":null}]""", patch.ToString());
    }

    [Fact]
    public void Lease_times_have_six_digits()
    {
        var lease = new Lease { Spec = new() { RenewTime = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) } };
        Assert.Contains("\"renewTime\":\"2026-01-02T03:04:05.000000Z\"", JsonSerializer.Serialize(lease, KubernetesJson.Default.Lease));
    }

    [Fact]
    public void A_pod_is_read_with_ports_probes_and_resources()
    {
        const string json = """
            {"metadata":null,"spec":{"containers":[{"name":"c","ports":[{"containerPort":8080,"name":"http"}],"livenessProbe":{"httpGet":{"path":"/live","port":"http"}},
            "resources":{"limits":{"cpu":"100m","memory":1048576}}}],"initContainers":null},"status":{"conditions":[{"type":"Ready","status":"True"}]}}
            """;
        var pod = JsonSerializer.Deserialize(json, KubernetesJson.Default.Pod)!;
        var container = Assert.Single(pod.Spec!.Containers!);
        Assert.NotNull(pod.Metadata);
        Assert.Equal(8080, container.Ports![0].Port);
        Assert.Equal("http", container.LivenessProbe!.HttpGet!.Port!.Value.Text);
        Assert.Equal(1048576, container.Resources!.Limits!["memory"].Value);
        Assert.Contains("\"containerPort\":8080", JsonSerializer.Serialize(pod, KubernetesJson.Default.Pod));
    }

    [Fact]
    public void An_admission_answer_carries_its_patch_in_base64()
    {
        var review = new AdmissionReview { Response = new() { Uid = "u", Allowed = true, PatchType = "JSONPatch", Patch = new JsonPatch().ToUtf8Bytes() } };
        var json = JsonNode.Parse(JsonSerializer.Serialize(review, KubernetesJson.Default.AdmissionReview))!;
        Assert.Equal("W10=", json["response"]!["patch"]!.ToString());
    }
}
