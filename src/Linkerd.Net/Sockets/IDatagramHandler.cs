namespace Linkerd.Net;

/// <summary>What a <see cref="UdpSocket"/> calls, on its loop.</summary>
public interface IDatagramHandler
{
    /// <summary>A datagram from the peer, valid during the call.</summary>
    void OnDatagram(ReadOnlySpan<byte> data);

    /// <summary>The kernel reports an error, such as ECONNREFUSED when nobody listens. The socket can still be used.</summary>
    void OnError(int errno);
}
