using System.Net.Sockets;

namespace Linkerd.Net.Tests;

public sealed class UnixSocketTests : IDisposable
{
    private readonly Harness _harness = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("linkerd-net-");

    public void Dispose()
    {
        _harness.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Bytes_go_both_ways()
    {
        string path = Path.Combine(_folder.FullName, "s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();

        Probe probe = await _harness.On(() =>
        {
            TcpTransport transport = UnixSocket.Connect(_harness.Loop, path);
            var made = new Probe(transport);
            transport.Handler = made;
            transport.Write("ping"u8);
            transport.Flush();
            Assert.True(transport.RemoteAddress.IsNone);
            return made;
        });
        using Socket peer = await listener.AcceptAsync();
        byte[] buffer = new byte[8];
        Assert.Equal("ping"u8.ToArray(), buffer[..await peer.ReceiveAsync(buffer)]);
        await peer.SendAsync("pong"u8.ToArray());
        await Linkerd.Testing.Eventually.TrueAsync(() => probe.Received == 4);
        peer.Dispose();
    }

    [Theory]
    [InlineData("missing", 2)]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", Errno.ENAMETOOLONG)]
    public async Task A_socket_that_is_not_there_is_a_fault(string name, int errno)
    {
        NetException fault = await Assert.ThrowsAsync<NetException>(() => _harness.On(() => UnixSocket.Connect(_harness.Loop, Path.Combine(_folder.FullName, name))));
        Assert.Equal(errno, fault.Errno);
    }
}
