using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Local.Api;

namespace Linkerd.Local.Tests.Api;

/// <summary>Bodies and parameters that nobody sends by accident. Each is refused with what is wrong, and the server goes on as before.</summary>
public sealed class HostileInputTests
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private const string Services = "/api/v1/namespaces/default/services";
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    [Fact]
    public async Task A_patch_cannot_grow_by_copying_its_own_copies()
    {
        await using var running = await RunningServer.StartAsync();
        await running.CreateAsync(ConfigMaps, """{"metadata":{"name":"c"}}""");
        var copies = string.Concat(Enumerable.Repeat(""",{"op":"copy","from":"/x","path":"/x/-"}""", 17));
        var (code, status) = await running.SendAsync(HttpMethod.Patch, ConfigMaps + "/c",
            $$$"""[{"op":"add","path":"/x","value":["{{{new string('x', 100)}}}"]}{{{copies}}}]""", "application/json-patch+json");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
        Assert.Contains("the copies of this patch add", status!["message"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_could_not_be_read_again_is_not_stored()
    {
        var folder = Directory.CreateTempSubdirectory("linkerd-api-").FullName;
        const string Widgets = "/apis/example.com/v1/namespaces/default/widgets";
        await using (var first = await RunningServer.StartAsync(new ApiServerOptions { DataDirectory = folder }))
        {
            await first.CreateAsync(Definitions, Definition("widgets", "example.com", """{"type":"object","x-kubernetes-preserve-unknown-fields":true}"""));
            await first.CreateAsync(Widgets, """{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"}}""");
            // The fields are named once more, below metadata.managedFields.
            var (code, status) = await first.SendAsync(HttpMethod.Post, Widgets, $$"""{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"deep"},"spec":{{Nested(126)}}}""");
            Assert.True(code == HttpStatusCode.BadRequest, $"{code}");
            Assert.Contains("nested deeper than 128 levels", status!["message"]!.ToString(), StringComparison.Ordinal);
            var steps = string.Join(',', Enumerable.Range(1, 200).Select(i => $$$"""{"op":"add","path":"{{{string.Concat(Enumerable.Repeat("/a", i))}}}","value":{}}"""));
            (code, status) = await first.SendAsync(HttpMethod.Patch, Widgets + "/w", $"[{steps}]", "application/json-patch+json");
            Assert.True(code == HttpStatusCode.UnprocessableEntity, $"{code} {status}");
            Assert.Contains("deeper than 128 levels", status!["message"]!.ToString(), StringComparison.Ordinal);
        }
        await using (var second = await RunningServer.StartAsync(new ApiServerOptions { DataDirectory = folder }))
            Assert.Single((await second.SendAsync(HttpMethod.Get, Widgets)).Body!["items"]!.AsArray());
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Half_a_character_is_a_bad_request_and_no_valid_token()
    {
        await using var running = await RunningServer.StartAsync();
        var (code, status) = await running.SendAsync(HttpMethod.Post, ConfigMaps, """{"metadata":{"name":"c"},"data":{"k":"\ud800"}}""");
        Assert.Equal(HttpStatusCode.BadRequest, code);
        Assert.Contains("not valid Unicode", status!["message"]!.ToString(), StringComparison.Ordinal);
        using var nobody = running.NewClient(null);
        var head = Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"alg":"\ud800"}""")).TrimEnd('=');
        nobody.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", head + ".e30.e30");
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("/apis")).StatusCode);
    }

    [Theory]
    [InlineData("metadata: {name: x")]
    [InlineData("metadata: [")]
    [InlineData("metadata: \"x")]
    [InlineData("- &")]
    [InlineData("a: *")]
    [InlineData("!<")]
    [InlineData("%YAML")]
    public async Task Half_a_YAML_document_is_a_bad_request(string yaml)
    {
        await using var running = await RunningServer.StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await running.SendAsync(HttpMethod.Post, ConfigMaps, yaml, "application/yaml")).Code);
    }

    [Fact]
    public async Task Times_beyond_the_calendar_are_cut()
    {
        await using var running = await RunningServer.StartAsync(new ApiServerOptions { PodRuntime = new ScriptedRuntime() });
        await running.CreatePodAsync("p");
        const string Pod = "/api/v1/namespaces/default/pods/p";
        Assert.Equal(HttpStatusCode.OK, (await running.Client.GetAsync(Pod + "/log?sinceSeconds=9223372036854775807")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await running.SendAsync(HttpMethod.Get, Pod + "/log?tailLines=-1")).Code);
        Assert.Equal(HttpStatusCode.OK, (await running.SendAsync(HttpMethod.Delete, Pod, """{"gracePeriodSeconds":9223372036854775807}""")).Code);
    }

    [Fact]
    public async Task A_refused_Service_keeps_neither_address_nor_port()
    {
        await using var running = await RunningServer.StartAsync();
        await running.CreateAsync(Services, """{"metadata":{"name":"first"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30080}]}}""");
        const string Second = """{"metadata":{"name":"second"},"spec":{"type":"NodePort","clusterIP":"10.96.7.7","ports":[{"name":"a","port":81,"nodePort":30081},{"name":"b","port":80,"nodePort":PORT}]}}""";
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await running.SendAsync(HttpMethod.Post, Services, Second.Replace("PORT", "30080", StringComparison.Ordinal))).Code);
        await running.CreateAsync(Services, Second.Replace("PORT", "30082", StringComparison.Ordinal));
        // What the first Service has is still its own.
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await running.SendAsync(HttpMethod.Post, Services, """{"metadata":{"name":"third"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30080}]}}""")).Code);
    }

    [Fact]
    public async Task An_address_has_one_form()
    {
        await using var running = await RunningServer.StartAsync();
        await running.CreateAsync(Services, """{"metadata":{"name":"first"},"spec":{"clusterIP":"10.96.0.77","ports":[{"port":80}]}}""");
        var (code, status) = await running.SendAsync(HttpMethod.Post, Services, """{"metadata":{"name":"second"},"spec":{"clusterIP":"10.96.77","ports":[{"port":80}]}}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
        Assert.Contains("spec.clusterIPs[0]: Invalid value: \"10.96.77\"", status!["message"]!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.42.0.5\\n-A INPUT -j DROP", 80, "endpoints[0].addresses[0]")]
    [InlineData("web", 80, "endpoints[0].addresses[0]")]
    [InlineData("10.42.0.5", 70000, "ports[0].port")]
    public async Task An_endpoint_that_the_kernel_would_not_take_is_refused(string address, int port, string field)
    {
        await using var running = await RunningServer.StartAsync();
        var (code, status) = await running.SendAsync(HttpMethod.Post, "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
            $$"""{"metadata":{"name":"s"},"addressType":"IPv4","endpoints":[{"addresses":["{{address}}"]}],"ports":[{"port":{{port}}}]}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
        Assert.Contains(field + ": Invalid value", status!["message"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_selector_that_nobody_can_read_does_not_get_in()
    {
        await using var running = await RunningServer.StartAsync();
        const string Selector = """{"matchExpressions":[{"key":"a","operator":"Near","values":["b"]}]}""";
        var (code, status) = await running.SendAsync(HttpMethod.Post, "/apis/rbac.authorization.k8s.io/v1/clusterroles",
            $$$"""{"metadata":{"name":"r"},"rules":[],"aggregationRule":{"clusterRoleSelectors":[{{{Selector}}}]}}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
        Assert.Contains("aggregationRule.clusterRoleSelectors[0].matchExpressions[0].operator: Invalid value: \"Near\"", status!["message"]!.ToString(), StringComparison.Ordinal);
        (code, status) = await running.SendAsync(HttpMethod.Post, "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", $$$"""
            {"metadata":{"name":"w"},"webhooks":[{"name":"a.b.c","sideEffects":"None","admissionReviewVersions":["v1"],"objectSelector":{{{Selector}}},"clientConfig":{"url":"nowhere"}}]}
            """);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
        Assert.Contains("webhooks[0].objectSelector.matchExpressions[0].operator", status!["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Contains("webhooks[0].clientConfig.url", status["message"]!.ToString(), StringComparison.Ordinal);
        // Others are still told what they may not, and not that they asked wrongly.
        using var joe = running.NewClient(running.Server.ClientCertificate("joe", []));
        Assert.Equal(HttpStatusCode.Forbidden, (await joe.GetAsync("/api/v1/namespaces")).StatusCode);
    }

    [Fact]
    public async Task A_definition_does_not_stand_in_for_a_built_in_resource()
    {
        await using var running = await RunningServer.StartAsync();
        const string Deployments = "/apis/apps/v1/namespaces/default/deployments";
        await running.CreateAsync(Deployments, """
            {"metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"x"}]}}}}
            """);
        var definition = await running.CreateAsync(Definitions, Definition("deployments", "apps", """{"type":"object"}"""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await running.SendAsync(HttpMethod.Post, Deployments, """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"nothing"}}""")).Code);
        var conditions = (await running.SendAsync(HttpMethod.Get, Definitions + "/deployments.apps")).Body!["status"]!["conditions"]!.AsArray();
        Assert.Equal("False", conditions.Single(c => c!["type"]!.ToString() == "NamesAccepted")!["status"]!.ToString());
        Assert.NotNull(definition);
        await running.SendAsync(HttpMethod.Delete, Definitions + "/deployments.apps");
        Assert.Equal(HttpStatusCode.NotFound, (await running.SendAsync(HttpMethod.Get, Definitions + "/deployments.apps")).Code);
        Assert.Equal(HttpStatusCode.OK, (await running.SendAsync(HttpMethod.Get, Deployments + "/web")).Code);
    }

    [Theory]
    [InlineData("""{"served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}""", "spec.versions[0].name")]
    [InlineData("""{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"a":{"type":"string","pattern":"["}}}}}""", "properties[a].pattern")]
    [InlineData("""{"name":"v1","served":true,"storage":true,"subresources":{"scale":{"statusReplicasPath":".status.n"}},"schema":{"openAPIV3Schema":{"type":"object"}}}""", "scale.specReplicasPath")]
    public async Task A_definition_that_could_not_be_served_is_refused(string version, string field)
    {
        await using var running = await RunningServer.StartAsync();
        var (code, status) = await running.SendAsync(HttpMethod.Post, Definitions,
            $$$"""{"metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"widgets","kind":"Widget"},"versions":[{{{version}}}]}}""");
        Assert.True(code == HttpStatusCode.UnprocessableEntity, $"{code} {status}");
        Assert.Contains(field, status!["message"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schedule_without_a_time_is_refused()
    {
        await using var running = await RunningServer.StartAsync();
        var (code, status) = await running.SendAsync(HttpMethod.Post, "/apis/batch/v1/namespaces/default/cronjobs", """
            {"metadata":{"name":"c"},"spec":{"schedule":"61 * * * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"x"}]}}}}}}
            """);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
        Assert.Contains("spec.schedule: Invalid value: \"61 * * * *\"", status!["message"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Acting_as_somebody_with_a_uid_needs_the_right_to()
    {
        await using var running = await RunningServer.StartAsync();
        await running.CreateAsync("/apis/rbac.authorization.k8s.io/v1/clusterroles", """{"metadata":{"name":"acting"},"rules":[{"verbs":["impersonate"],"apiGroups":[""],"resources":["users"]}]}""");
        await running.CreateAsync("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
            """{"metadata":{"name":"acting"},"roleRef":{"kind":"ClusterRole","name":"acting"},"subjects":[{"kind":"User","name":"joe"}]}""");
        using var joe = running.NewClient(running.Server.ClientCertificate("joe", []));
        joe.DefaultRequestHeaders.Add("Impersonate-User", "ann");
        Assert.Equal(HttpStatusCode.OK, (await joe.GetAsync("/apis")).StatusCode);
        joe.DefaultRequestHeaders.Add("Impersonate-Uid", "1");
        Assert.Equal(HttpStatusCode.Forbidden, (await joe.GetAsync("/apis")).StatusCode);
    }

    private static string Nested(int levels) => string.Concat(Enumerable.Repeat("""{"a":""", levels)) + "1" + new string('}', levels);

    private static string Definition(string plural, string group, string schema)
    {
        var kind = char.ToUpperInvariant(plural[0]) + plural[1..^1];
        return $$$"""
            {"metadata":{"name":"{{{plural}}}.{{{group}}}"},"spec":{"group":"{{{group}}}","scope":"Namespaced","names":{"plural":"{{{plural}}}","kind":"{{{kind}}}"},
            "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{{{schema}}}}}]}}
            """;
    }
}
