using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>One meshed pod with servers of several kinds, whose time limits are short; shared by the tests that reach its limits.</summary>
public sealed class LimitedMesh : IAsyncLifetime
{
    public const int App = 8080, Mute = 9000, Echo = 9001, Flood = 9002, Denied = 9003, App2 = 9004, Impatient = 9005;

    private MeshFixture? _mesh;

    internal MeshFixture Mesh => _mesh!;

    internal Pod Server { get; private set; } = null!;

    /// <summary>A pod without a proxy.</summary>
    internal Pod Outside { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _mesh = await MeshFixture.StartAsync();
        _mesh.Control.Policy.Inbound.Set($"server:{Denied}", Policies.Deny());
        var impatient = Policies.AllUnauthenticated();
        impatient.Protocol.Detect.Timeout = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(300));
        _mesh.Control.Policy.Inbound.Set($"server:{Impatient}", impatient);
        Server = await _mesh.AddMeshedPodAsync(
            "server",
            ("INBOUND_PORTS", $"{App},{Mute},{Echo},{Flood},{Denied},{App2},{Impatient}"),
            ("INBOUND_HTTP_HEAD_TIMEOUT", "400ms"),
            ("INBOUND_HTTP_BODY_TIMEOUT", "400ms"),
            ("INBOUND_HTTP_STALL_TIMEOUT", "400ms"),
            ("INBOUND_HTTP1_CONNECTION_POOL_IDLE_TIMEOUT", "300ms"),
            ("INBOUND_SERVER_HTTP2_MAX_CONCURRENT_STREAMS", "10"),
            ("INBOUND_SERVER_HTTP2_MAX_PENDING_ACCEPT_RESET_STREAMS", "20"));
        Outside = _mesh.AddPod("outside");
        _mesh.Own(await AppServer.StartAsync(Server, App));
        _mesh.Own(await AppServer.StartAsync(Server, App2, HttpProtocols.Http2));
        _mesh.Own(MuteServer.Start(Server, Mute));
        _mesh.Own(MuteServer.Start(Server, Flood, floods: true));
        _mesh.Own(TcpServer.Start(Server, Echo));
        _mesh.Own(TcpServer.Start(Server, Impatient));
    }

    public async ValueTask DisposeAsync()
    {
        if (_mesh is not null)
            await _mesh.DisposeAsync();
    }

    internal Task<RawClient> ConnectAsync(int port) => RawClient.ConnectAsync(Outside, Server.Address, port);

    /// <summary>A family's sum now.</summary>
    internal async Task<double> SumAsync(string family, params string[] labels) => (await Server.Proxy!.MetricsAsync()).Sum(family, labels);

    /// <summary>Waits until a family has grown beyond what it was.</summary>
    internal Task GrewAsync(double before, string family, params string[] labels)
        => Server.Proxy!.WhenMetricsAsync(m => m.Sum(family, labels) > before, $"more than {before} of {family}{{{string.Join(',', labels)}}}");
}
