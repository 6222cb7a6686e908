using System.Text.Json.Nodes;
using Linkerd.Controller.Common.Reading;
using Linkerd.Controller.Destination.Reading;
using Linkerd.Controller.SpValidator;
using Linkerd.Kubernetes.Yaml;
using Linkerd.Model;

namespace Linkerd.Controller.Tests.Destination;

/// <summary>ServiceProfiles, and what is said of those that cannot be used.</summary>
public sealed class ProfileReaderTests
{
    private const string Name = "web.app.svc.cluster.local";

    private static JsonObject Resource(string spec, string name = Name) => new()
    {
        ["metadata"] = new JsonObject { ["namespace"] = "app", ["name"] = name },
        ["spec"] = KubernetesYaml.Read(spec)!.DeepClone(),
    };

    [Theory]
    [InlineData("{routes: [null]}", "has a null route")]
    [InlineData("{routes: [{condition: {method: GET}}]}", "has a route with no name")]
    [InlineData("{routes: [{name: a}]}", "has a route with no condition")]
    [InlineData("{routes: [{name: a, condition: {}}]}", "has a route with an invalid condition: A request match must have a field set")]
    [InlineData("{routes: [{name: a, timeout: soon, condition: {method: GET}}]}", "has a route with an invalid timeout: \"soon\"")]
    [InlineData("{routes: [{name: a, condition: {method: GET}, responseClasses: [null]}]}", "has a null response class")]
    [InlineData("{routes: [{name: a, condition: {method: GET}, responseClasses: [{isFailure: true}]}]}", "has a response class with no condition")]
    [InlineData("{routes: [{name: a, condition: {method: GET}, responseClasses: [{condition: {}}]}]}", "A response match must have a field set")]
    [InlineData("{routes: [{name: a, condition: {method: GET}, responseClasses: [{condition: {status: {min: 99}}}]}]}", "Range minimum must be between 100 and 599, inclusive")]
    [InlineData("{routes: [{name: a, condition: {method: GET}, responseClasses: [{condition: {status: {min: 500, max: 600}}}]}]}", "Range maximum must be between 100 and 599, inclusive")]
    [InlineData("{routes: [{name: a, condition: {method: GET}, responseClasses: [{condition: {status: {min: 500, max: 400}}}]}]}", "Range maximum cannot be smaller than minimum")]
    [InlineData("{retryBudget: {retryRatio: -1, minRetriesPerSecond: 1, ttl: 10s}}", "RetryBudget RetryRatio must be non-negative")]
    [InlineData("{retryBudget: {retryRatio: 0.2, minRetriesPerSecond: 1}}", "RetryBudget missing TTL field")]
    [InlineData("{routes: [{name: a, condition: {method: GET}, retries: 3}]}", "unknown field \"spec.routes[0].retries\"")]
    [InlineData("{dstOverrides: [{authority: a, weight: much}]}", "is no quantity")]
    public void A_profile_is_refused(string spec, string message) => Assert.Contains(message, Assert.Throws<InvalidResourceException>(() => ProfileReader.Read(Resource(spec))).Message);

    [Fact]
    public void A_condition_without_an_end_is_refused_and_not_read_to_its_end()
    {
        var conditions = $"{string.Concat(Enumerable.Repeat("{\"all\":[", 4000))}{{}}{string.Concat(Enumerable.Repeat("]}", 4000))}";
        var text = "{\"metadata\":{\"name\":\"" + Name + "\"},\"spec\":{\"routes\":[{\"name\":\"a\",\"condition\":{\"all\":[CONDITION]}}]}}";
        static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json, documentOptions: new() { MaxDepth = 10_000 })!;
        Assert.Contains("more than 32 conditions in one another", Assert.Throws<InvalidResourceException>(() => ProfileReader.Read(Parse(text.Replace("CONDITION", conditions)))).Message);
        var misplaced = Parse(text.Replace("CONDITION", "{\"pathRegex\":" + conditions + "}"));
        Assert.Contains("{…} must be a text", Assert.Throws<InvalidResourceException>(() => ProfileReader.Read(misplaced)).Message);
    }

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("79228162514264337593543950335")]
    [InlineData("9E")]
    public void A_weight_beyond_all_bounds_is_the_largest(string weight) =>
        Assert.Equal(uint.MaxValue, Assert.Single(ProfileReader.Read(Resource($"{{dstOverrides: [{{authority: a, weight: \"{weight}\"}}]}}")).Overrides).Weight);

    [Fact]
    public void A_name_that_is_none_is_refused() => Assert.Contains("invalid name", Assert.Throws<InvalidResourceException>(() => ProfileReader.Read(Resource("{}", "Web"))).Message);

    [Fact]
    public void A_profile_is_read()
    {
        var profile = ProfileReader.Read(Resource("""
            routes:
            - name: GET /a
              condition: {method: GET, pathRegex: '/a/[^/]*'}
              isRetryable: true
              timeout: 300ms
              responseClasses:
              - condition: {status: {min: 500}}
                isFailure: true
            retryBudget: {retryRatio: 0.5, minRetriesPerSecond: 3, ttl: 1m}
            dstOverrides: [{authority: v1.app.svc.cluster.local, weight: 500m}, {authority: v2.app.svc.cluster.local, weight: 1}]
            """));
        var route = Assert.Single(profile.Routes);
        Assert.Equal((true, TimeSpan.FromMilliseconds(300), "GET /a"), (route.IsRetryable, route.Timeout, route.Labels["route"]));
        Assert.Equal([new RequestMatch.Path("/a/[^/]*"), new RequestMatch.Method("GET")], Assert.IsType<RequestMatch.All>(route.Condition).Matches);
        Assert.Equal(new ResponseClass(new ResponseMatch.Status(500, 500), true), Assert.Single(route.ResponseClasses));
        Assert.Equal(new RetryBudget(0.5, 3, TimeSpan.FromMinutes(1)), profile.RetryBudget);
        Assert.Equal([5000u, 10000u], profile.Overrides.Select(o => o.Weight));
    }

    [Fact]
    public void The_webhook_says_why()
    {
        var review = new JsonObject { ["request"] = new JsonObject { ["uid"] = "7", ["operation"] = "UPDATE", ["object"] = Resource("{routes: [{name: a}]}") } };
        var response = SpValidatorComponent.Review(review)["response"]!;
        Assert.Equal((false, $"ServiceProfile \"{Name}\" has a route with no condition"), ((bool)response["allowed"]!, (string?)response["status"]!["message"]));
    }
}
