using Linkerd.Net;

namespace Linkerd.Proxy.Tcp;

/// <summary>One direction of a relay: what arrives on <see cref="Own"/> goes to <see cref="Other"/>.</summary>
internal sealed class RelaySide(RelayedConnection relay, Transport own, Transport other) : ITransportHandler
{
    /// <summary>Bytes that may wait for the other side before this one is no longer read: 256 KiB.</summary>
    public const int HighWater = 256 * 1024;

    /// <summary>From here on clear bytes are moved by the kernel: a connection that carried 1 MiB one way will carry more.</summary>
    public const int SpliceAfter = 1024 * 1024;

    private readonly long _begin = own.BytesRead;
    private bool _spliceTried = own is not TcpTransport || other is not TcpTransport;

    public Transport Own => own;

    public Transport Other => other;

    public int OnData(ReadOnlySpan<byte> data)
    {
        other.Write(data);
        if (other.PendingOutput > HighWater) own.PauseReading();
        else if (!_spliceTried && own.BytesRead - _begin > SpliceAfter && other.PendingOutput == 0) Splice();
        return data.Length;
    }

    public void OnReadClosed() => other.CloseWrite();

    public void OnDrained() => other.ResumeReading();

    public void OnClosed(TransportFault fault) => relay.OnSideClosed(this, fault);

    private void Splice()
    {
        _spliceTried = true;
        SplicePump.TryStart((TcpTransport)own, (TcpTransport)other);
    }
}
