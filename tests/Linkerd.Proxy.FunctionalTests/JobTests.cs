using Linkerd.Proxy.FunctionalTests.Kit;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>A Job's command under linkerd-await, with a real proxy beside it.</summary>
public sealed class JobTests
{
    [Fact]
    public async Task A_job_ends_its_proxy_and_keeps_its_own_exit_code()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server");
        var job = await mesh.AddMeshedPodAsync("job", ("SHUTDOWN_ENDPOINT_ENABLED", "true"));
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);

        var (code, output) = await job.TryAsync(Binaries.Init, "await", "--timeout=20s", "--shutdown", "--", "sh", "-c", "curl -sS --max-time 10 http://10.96.0.10/job && exit 7");

        Assert.True(code == 7, output + mesh.Logs());
        Assert.Contains($"l5d-client-id: {job.Identity}\n", output);
        Assert.Equal(0, await job.Proxy!.ExitAsync());
    }

    [Fact]
    public async Task A_proxy_that_may_not_be_shut_down_stays()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var job = await mesh.AddMeshedPodAsync("job");

        var (code, output) = await job.TryAsync(Binaries.Init, "await", "--shutdown", "--", "true");

        Assert.Equal(0, code);
        Assert.Contains("did not take the shutdown (status 404)", output);
        await job.Proxy!.WhenReadyAsync();
    }
}
