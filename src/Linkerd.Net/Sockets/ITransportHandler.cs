namespace Linkerd.Net;

/// <summary>
/// What a <see cref="Transport"/> calls, always on its loop and never from inside a call made to it
/// (except <see cref="OnData"/>, from <see cref="Transport.Handler"/>'s owner swapping handlers inside OnData).
/// </summary>
public interface ITransportHandler
{
    /// <summary>
    /// Bytes arrived. Returns how many were consumed; the rest is kept and offered again, with what follows, when more arrives,
    /// when reading is resumed, or to the next handler. The span is valid during the call only.
    /// </summary>
    int OnData(ReadOnlySpan<byte> data);

    /// <summary>The peer ended its direction (FIN, or TLS close_notify). Called once, after all its bytes were offered. The other direction stays open.</summary>
    void OnReadClosed();

    /// <summary>Everything written so far was handed to the kernel. Called after each flush that leaves nothing pending.</summary>
    void OnDrained();

    /// <summary>The transport is gone. Called exactly once, last.</summary>
    void OnClosed(TransportFault fault);
}
