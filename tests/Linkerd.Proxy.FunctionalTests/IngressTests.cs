using System.Net;
using System.Text;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>A proxy in ingress mode, beside an ingress controller that names the service of each request.</summary>
public sealed class IngressTests
{
    [Fact]
    [Proves("6.2 INGRESS_MODE", "6.7 l5d-dst-override", "6.9 ingress")]
    public async Task A_request_goes_to_the_service_that_it_names()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var web = await mesh.AddMeshedPodAsync("web");
        var api = await mesh.AddMeshedPodAsync("api");
        var ingress = await mesh.AddMeshedPodAsync("ingress", ("INGRESS_MODE", "true"));
        mesh.Own(await AppServer.StartAsync(web, 8080));
        mesh.Own(await AppServer.StartAsync(api, 8080));
        mesh.AddNamedService("web", 80, [MeshFixture.Endpoint(web, 8080)]);
        mesh.AddNamedService("api", 8000, [MeshFixture.Endpoint(api, 8080)]);

        // Both on one connection to an address that stands for neither; a name without a port means port 80.
        var (code, answer) = await ingress.TryAsync("curl", "-sS", "-i", "--max-time", "10",
            "-H", "l5d-dst-override: Web.test.svc.cluster.local.", "http://10.99.0.1/first",
            "--next", "-sS", "-i", "--max-time", "10", "-H", "l5d-dst-override: api.test.svc.cluster.local:8000", "http://10.99.0.1/second");
        Assert.True(code == 0, answer + mesh.Logs());
        Assert.Contains("GET /first HTTP/1.1\n", answer);
        Assert.Contains("served-by: web", answer);
        Assert.Contains("GET /second HTTP/1.1\n", answer);
        Assert.Contains("served-by: api", answer);
        Assert.Contains("l5d-dst-canonical: web.test.svc.cluster.local:80\n", answer);
        Assert.Contains("l5d-dst-canonical: api.test.svc.cluster.local:8000\n", answer);
        Assert.Contains($"l5d-client-id: {ingress.Identity}\n", answer);
        Assert.DoesNotContain("l5d-dst-override", answer);
        await ingress.Proxy!.WhenMetricsAsync(m => m.Sum("response_total", "direction=\"outbound\"", "tls=\"true\"", "authority=\"api.test.svc.cluster.local:8000\"") == 1, "the request by name");
    }

    [Theory]
    [InlineData("nobody.test.svc.cluster.local", "404")]
    [InlineData("bad name", "400")]
    [InlineData("web.test.svc.cluster.local:0", "400")]
    [InlineData("a name of 260 letters", "400")]
    public async Task A_name_that_cannot_be_routed_is_refused(string name, string status)
    {
        await using var mesh = await MeshFixture.StartAsync();
        var ingress = await mesh.AddMeshedPodAsync("ingress", ("INGRESS_MODE", "true"));

        var value = name.EndsWith("letters", StringComparison.Ordinal) ? new string('a', 260) : name;
        var answer = await ingress.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", "-H", $"l5d-dst-override: {value}", "http://10.99.0.1/");
        Assert.True(answer == status, answer + mesh.Logs());
        await ingress.Proxy!.WhenMetricsAsync(m => m.Sum("outbound_http_errors_total", $"error=\"{(status == "404" ? "route not found" : "bad request")}\"") == 1, "the refusal");
    }

    [Fact]
    public async Task Requests_wait_for_the_first_lookup_within_limits()
    {
        await using var mesh = await MeshFixture.StartAsync();
        // Nobody answers there.
        var ingress = await mesh.AddMeshedPodAsync("ingress", ("INGRESS_MODE", "true"), ("OUTBOUND_HTTP_QUEUE_CAPACITY", "1"), ("OUTBOUND_HTTP_FAILFAST_TIMEOUT", "3s"),
            ("DESTINATION_SVC_ADDR", "10.93.0.250:8086"), ("POLICY_SVC_ADDR", "10.93.0.250:8090"));

        string[] statuses = await Task.WhenAll(StatusAsync(), StatusAsync());

        Assert.Equal(["503", "504"], statuses.Order());
        await ingress.Proxy!.WhenMetricsAsync(m => m.Sum("outbound_http_errors_total", "error=\"loadshed\"") == 1 && m.Sum("outbound_http_errors_total", "error=\"failfast\"") == 1, "both limits");

        Task<string> StatusAsync() => ingress.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "15", "-H", "l5d-dst-override: web.test.svc.cluster.local", "http://10.99.0.1/");
    }

    [Fact]
    [Proves("6.9 ingress")]
    public async Task Without_a_name_it_goes_where_it_was_sent_to()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var ingress = await mesh.AddMeshedPodAsync("ingress", ("INGRESS_MODE", "true"));
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(outside, 8080));
        mesh.Own(TcpServer.Start(outside, 7000));

        var (code, answer) = await ingress.TryAsync("curl", "-sS", "-i", "--max-time", "10", $"http://{outside.Address}:8080/plain");
        Assert.True(code == 0 && answer.Contains("GET /plain HTTP/1.1\n", StringComparison.Ordinal), answer + mesh.Logs());
        await ingress.Proxy!.WhenMetricsAsync(m => m.Sum("response_total", "direction=\"outbound\"", "tls=\"no_identity\"", "no_tls_reason=\"ingress_without_override\"") == 1, "the request without a name");

        using var connection = await ingress.Namespace.ConnectAsync(new IPEndPoint(outside.Address, 7000), TestContext.Current.CancellationToken);
        await connection.SendAsync(Encoding.ASCII.GetBytes("\0\u0001neither version of HTTP"));
        var buffer = new byte[25];
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        var read = await connection.ReceiveAsync(buffer, deadline.Token);
        Assert.Equal("\0\u0001neither version of HTTP", Encoding.ASCII.GetString(buffer, 0, read));
    }

    [Fact]
    [Proves("6.7 l5d-require-id")]
    public async Task A_required_identity_is_held_against_the_servers()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var web = await mesh.AddMeshedPodAsync("web");
        var ingress = await mesh.AddMeshedPodAsync("ingress", ("INGRESS_MODE", "true"));
        mesh.Own(await AppServer.StartAsync(web, 8080));
        mesh.AddNamedService("web", 80, [MeshFixture.Endpoint(web, 8080)]);

        Assert.Equal("200", await StatusAsync(web.Identity));
        Assert.Equal("502", await StatusAsync("other.test.serviceaccount.identity.linkerd.cluster.local"));
        await ingress.Proxy!.WhenMetricsAsync(m => m.Sum("outbound_http_errors_total", "error=\"identity required\"") == 1, "the mismatch");

        Task<string> StatusAsync(string identity) => ingress.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10",
            "-H", "l5d-dst-override: web.test.svc.cluster.local", "-H", $"l5d-require-id: {identity}", "http://10.99.0.1/");
    }
}
