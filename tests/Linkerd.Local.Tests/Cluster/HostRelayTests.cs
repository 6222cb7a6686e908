using System.Net;
using System.Net.Sockets;
using System.Text;
using Linkerd.Local.Cluster;
using Linkerd.Testing;

namespace Linkerd.Local.Tests.Cluster;

/// <summary>The host's side of node ports, with a node that the test plays.</summary>
public sealed class HostRelayTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lkd").FullName;
    private readonly LocalPaths _paths;
    private readonly HostRelay _relay;
    private readonly Socket _node = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public HostRelayTests()
    {
        _paths = new LocalPaths(_folder);
        Directory.CreateDirectory(_paths.Run);
        _node.Bind(new UnixDomainSocketEndPoint(_paths.NodeSocket));
        _node.Listen(16);
        _relay = new HostRelay(_paths, new NodeLog(TextWriter.Null, TimeProvider.System));
        _ = _relay.FollowAsync(0);
    }

    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        _node.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_port_that_somebody_holds_has_another_one_stand_in_until_it_is_free()
    {
        var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;
        using var ports = await _node.AcceptAsync();
        Assert.Equal("ports", await SocketLine.ReadAsync(ports, default));
        await SocketLine.WriteAsync(ports, $"{port}=10.0.0.1:{port}", default);

        var standIn = await new ClusterControl(_paths).HostPortAsync(port, default);
        Assert.NotNull(standIn);
        Assert.NotEqual(port, standIn);
        Assert.Equal("hello", await AskAsync(standIn.Value, $"10.0.0.1:{port}"));

        holder.Stop();
        await Eventually.TrueAsync(() => File.ReadAllText(_paths.Relays) == $"{port} {port}\n", "the port itself");
        Assert.Equal("hello", await AskAsync(port, $"10.0.0.1:{port}"));
        Assert.Equal("hello", await AskAsync(standIn.Value, $"10.0.0.1:{port}"));

        await SocketLine.WriteAsync(ports, " ", default);
        await Eventually.TrueAsync(() => File.ReadAllText(_paths.Relays).Length == 0, "no ports");
        using var client = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(IPAddress.Loopback, standIn.Value));
    }

    private async Task<string> AskAsync(int port, string target)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        using var inside = await _node.AcceptAsync();
        Assert.Equal("dial " + target, await SocketLine.ReadAsync(inside, default));
        await SocketLine.WriteAsync(inside, "ok", default);
        await inside.SendAsync(Encoding.ASCII.GetBytes("hello"));
        var buffer = new byte[16];
        return Encoding.ASCII.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer));
    }
}
