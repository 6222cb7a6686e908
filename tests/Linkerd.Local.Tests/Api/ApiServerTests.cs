using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Linkerd.Local.Api;
using Linkerd.Local.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Local.Tests.Api;

/// <summary>What the conformance suite cannot ask of every API server: limits, restart, the seams.</summary>
public sealed class ApiServerTests
{
    [Fact]
    public async Task Nobody_without_credentials_sees_more_than_health_and_version()
    {
        await using var running = await RunningServer.StartAsync();
        using var nobody = running.NewClient(null);
        foreach (var open in new[] { "/livez", "/readyz", "/version" }) Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync(open)).StatusCode);
        foreach (var closed in new[] { "/api", "/apis", "/openapi/v2", "/api/v1/namespaces", "/" }) Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(closed)).StatusCode);
    }

    [Fact]
    public async Task Custom_resources_do_not_offer_the_strategic_merge_patch_that_they_refuse()
    {
        await using var running = await RunningServer.StartAsync();
        await running.CreateAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", """
            {"metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"widgets","singular":"widget","kind":"Widget","listKind":"WidgetList"},
            "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}
            """);
        const string Strategic = "application/strategic-merge-patch+json";
        string[] expected = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];

        // kubectl apply takes the form of its patch from these documents.
        Assert.Equal(expected, await ConsumedAsync("example.com/v1/namespaces/{namespace}/widgets/{name}"));
        Assert.Contains(Strategic, await ConsumedAsync("apps/v1/namespaces/{namespace}/deployments/{name}"));
        Assert.Equal(expected, await OfferedAsync("example.com/v1", "widgets"));
        Assert.Contains(Strategic, await OfferedAsync("apps/v1", "deployments"));

        async Task<string[]> ConsumedAsync(string path) =>
            [.. (await running.SendAsync(HttpMethod.Get, "/openapi/v2")).Body!["paths"]!["/apis/" + path]!["patch"]!["consumes"]!.AsArray().Select(t => t!.ToString())];

        async Task<string[]> OfferedAsync(string version, string plural) =>
            [.. (await running.SendAsync(HttpMethod.Get, $"/openapi/v3/apis/{version}")).Body!["paths"]![$"/apis/{version}/namespaces/{{namespace}}/{plural}/{{name}}"]!["patch"]!["requestBody"]!["content"]!.AsObject().Select(t => t.Key)];
    }

    [Fact]
    public async Task Who_applies_first_at_the_same_time_as_others_is_not_told_that_it_exists()
    {
        await using var running = await RunningServer.StartAsync();
        for (var round = 0; round < 20; round++)
        {
            var name = $"c{round}";
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => running.SendAsync(HttpMethod.Patch,
                $"/api/v1/namespaces/default/configmaps/{name}?fieldManager=m{i}", $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"},"data":{"k{{{i}}}":"v"}}""", "application/apply-patch+yaml"))));
            Assert.All(answers, a => Assert.True(a.Code is HttpStatusCode.OK or HttpStatusCode.Created, $"{a.Code} {a.Body}"));
            Assert.Equal(8, (await running.SendAsync(HttpMethod.Get, $"/api/v1/namespaces/default/configmaps/{name}")).Body!["data"]!.AsObject().Count);
        }
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        await using var running = await RunningServer.StartAsync(new ApiServerOptions { MaxBodyBytes = 64 * 1024 });
        var (code, status) = await running.SendAsync(HttpMethod.Post, "/api/v1/namespaces/default/configmaps",
            $$$"""{"metadata":{"name":"big"},"data":{"k":"{{{new string('x', 100_000)}}}"}}""");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, code);
        Assert.Equal("RequestEntityTooLarge", status!["reason"]!.ToString());
    }

    [Fact]
    public async Task State_keys_and_tokens_survive_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("linkerd-api-").FullName;
        string authority, token;
        await using (var first = await RunningServer.StartAsync(new ApiServerOptions { DataDirectory = folder }))
        {
            authority = first.Server.CertificateAuthorityPem;
            await first.CreateAsync("/api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"default"}}""");
            var service = await first.CreateAsync("/api/v1/namespaces/default/services", """{"metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}}""");
            Assert.StartsWith("10.96.", service["spec"]!["clusterIP"]!.ToString(), StringComparison.Ordinal);
            token = (await first.CreateAsync("/api/v1/namespaces/default/serviceaccounts/default/token", """{"spec":{}}"""))["status"]!["token"]!.ToString();
        }
        await using (var second = await RunningServer.StartAsync(new ApiServerOptions { DataDirectory = folder }))
        {
            Assert.Equal(authority, second.Server.CertificateAuthorityPem);
            var (_, kept) = await second.SendAsync(HttpMethod.Get, "/api/v1/namespaces/default/services/s");
            var address = kept!["spec"]!["clusterIP"]!.ToString();
            var (code, _) = await second.SendAsync(HttpMethod.Post, "/api/v1/namespaces/default/services", $$$"""{"metadata":{"name":"t"},"spec":{"clusterIP":"{{{address}}}","ports":[{"port":80}]}}""");
            Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
            using var account = second.NewClient(null);
            account.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            Assert.Equal(HttpStatusCode.OK, (await account.GetAsync("/apis")).StatusCode);
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Watches_that_end_together_hold_no_threads()
    {
        const int watches = 32;
        var clock = new CountingClock();
        await using var running = await RunningServer.StartAsync(new ApiServerOptions { Clock = clock });
        await running.SendAsync(HttpMethod.Get, "/version");
        var before = clock.Readings;
        var ends = Enumerable.Range(0, watches).Select(async _ =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/namespaces?watch=true&allowWatchBookmarks=true&timeoutSeconds=1");
            (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
            using var response = await running.Client.SendAsync(request);
            Assert.Contains("ADDED", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        });
        await Task.WhenAll(ends);
        // A watch reads the clock as often as it looks for something to send; one that spins does so some million times a second.
        Assert.InRange(clock.Readings - before, watches, watches * 50);
    }

    [Fact]
    public async Task Logs_reach_the_runtime_with_their_parameters()
    {
        await using var running = await RunningServer.StartAsync(new ApiServerOptions { PodRuntime = new ScriptedRuntime() });
        await running.CreatePodAsync("p");
        Assert.Equal("default/p c tail=5 follow=True\n", await running.Client.GetStringAsync("/api/v1/namespaces/default/pods/p/log?tailLines=5&follow=true"));
        var (code, _) = await running.SendAsync(HttpMethod.Get, "/api/v1/namespaces/default/pods/p/log?container=other");
        Assert.Equal(HttpStatusCode.BadRequest, code);
    }

    [Fact]
    public async Task A_webhook_behind_a_service_is_found_by_the_resolver()
    {
        using var authority = new Linkerd.Testing.TestAuthority();
        var leaf = authority.Issue("hook.default.svc").Certificate;
        var certificate = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadPkcs12(leaf.Export(System.Security.Cryptography.X509Certificates.X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(certificate)));
        await using var hook = builder.Build();
        hook.Run(async http =>
        {
            var review = (await System.Text.Json.Nodes.JsonNode.ParseAsync(http.Request.Body))!;
            var response = new System.Text.Json.Nodes.JsonObject
            {
                ["uid"] = review["request"]!["uid"]!.DeepClone(), ["allowed"] = false, ["status"] = new System.Text.Json.Nodes.JsonObject { ["message"] = http.Request.Path.Value },
            };
            await http.Response.WriteAsync(new System.Text.Json.Nodes.JsonObject { ["apiVersion"] = "admission.k8s.io/v1", ["kind"] = "AdmissionReview", ["response"] = response }.ToJsonString());
        });
        await hook.StartAsync();
        var port = new Uri(hook.Urls.First()).Port;
        await using var running = await RunningServer.StartAsync(new ApiServerOptions
        {
            ServiceResolver = (space, name, servicePort, _) => ValueTask.FromResult(space == "default" && name == "hook" && servicePort == 8443 ? new IPEndPoint(IPAddress.Loopback, port) : null),
        });
        await running.CreateAsync("/api/v1/namespaces/default/services", """{"metadata":{"name":"hook"},"spec":{"ports":[{"port":8443}]}}""");
        await running.CreateAsync("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", $$$"""
            {"metadata":{"name":"h"},"webhooks":[{"name":"a.b.c","sideEffects":"None","admissionReviewVersions":["v1"],
             "clientConfig":{"service":{"namespace":"default","name":"hook","port":8443,"path":"/check"},"caBundle":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(authority.Pem))}}}"},
             "rules":[{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"]}]}]}
            """);
        var (code, status) = await running.SendAsync(HttpMethod.Post, "/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"x"}}""");
        Assert.Equal(HttpStatusCode.Forbidden, code);
        Assert.Equal("admission webhook \"a.b.c\" denied the request: /check", status!["message"]!.ToString());
    }

    [Fact]
    public async Task A_group_that_a_service_serves_is_reached_with_the_user_in_headers()
    {
        using var authority = new Linkerd.Testing.TestAuthority();
        var leaf = authority.Issue("tap.default.svc").Certificate;
        var certificate = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadPkcs12(leaf.Export(System.Security.Cryptography.X509Certificates.X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(certificate)));
        await using var tap = builder.Build();
        var ready = false;
        tap.Run(http =>
        {
            http.Response.Headers["linkerd-error"] = "none";
            return http.Response.WriteAsync(http.Request.Path == "/apis/tap.example.com/v1"
                ? """{"kind":"APIResourceList","groupVersion":"tap.example.com/v1","resources":[{"name":"watches","namespaced":true,"kind":"Tap","verbs":["watch"]}]}"""
                : $"{http.Request.Path}{http.Request.QueryString} {http.Request.Headers["X-Remote-User"]} {http.Request.Headers["X-Remote-Group"]}");
        });
        await tap.StartAsync();
        await using var running = await RunningServer.StartAsync(new ApiServerOptions
        {
            ServiceResolver = (_, _, _, _) => ValueTask.FromResult(ready ? new IPEndPoint(IPAddress.Loopback, new Uri(tap.Urls.First()).Port) : null),
        });
        await running.CreateAsync("/apis/apiregistration.k8s.io/v1/apiservices", $$$"""
            {"metadata":{"name":"v1.tap.example.com"},"spec":{"group":"tap.example.com","version":"v1","groupPriorityMinimum":1000,"versionPriority":100,
             "caBundle":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(authority.Pem))}}}","service":{"namespace":"default","name":"tap"} } }
            """);
        Assert.DoesNotContain("tap.example.com", await running.Client.GetStringAsync("/apis"), StringComparison.Ordinal);
        ready = true;
        Assert.Contains("tap.example.com", await running.Client.GetStringAsync("/apis"), StringComparison.Ordinal);
        var (code, list) = await running.SendAsync(HttpMethod.Get, "/apis/tap.example.com/v1");
        Assert.True(code == HttpStatusCode.OK && list!["resources"]![0]!["name"]!.ToString() == "watches", $"{code} {list}");
        Assert.Equal("/apis/tap.example.com/v1/watch/x?a=b admin system:masters, system:authenticated", await running.Client.GetStringAsync("/apis/tap.example.com/v1/watch/x?a=b"));
        using var answer = await running.Client.GetAsync("/apis/tap.example.com/v1/watch/x");
        Assert.Equal(["none"], answer.Headers.GetValues("linkerd-error"));
    }

    [Fact]
    public async Task A_connection_that_says_nothing_valid_does_no_harm()
    {
        await using var running = await RunningServer.StartAsync(new ApiServerOptions { HttpEndPoint = new IPEndPoint(IPAddress.Loopback, 0) });
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, running.Server.HttpAddress!.Port);
        await socket.SendAsync("nonsense\r\n\r\n"u8.ToArray());
        var buffer = new byte[256];
        Assert.StartsWith("HTTP/1.1 400", Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer)), StringComparison.Ordinal);
        var (code, _) = await running.SendAsync(HttpMethod.Get, "/api/v1/namespaces");
        Assert.Equal(HttpStatusCode.OK, code);
    }

    [Fact]
    public void Plain_http_is_for_loopback_only() =>
        Assert.ThrowsAny<ArgumentException>(() => ApiServer.StartAsync(new ApiServerOptions { HttpEndPoint = new IPEndPoint(IPAddress.Any, 0) }).GetAwaiter().GetResult());

    [Fact]
    public void Every_type_of_the_table_is_linked() => Assert.All(TypeTable.Instance.All, type => Assert.NotEmpty(type.FullName));

    private sealed class CountingClock : TimeProvider
    {
        private long _readings;

        public long Readings => Interlocked.Read(ref _readings);

        public override long GetTimestamp()
        {
            Interlocked.Increment(ref _readings);
            return base.GetTimestamp();
        }
    }
}
