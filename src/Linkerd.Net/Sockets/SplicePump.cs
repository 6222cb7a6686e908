namespace Linkerd.Net;

/// <summary>Moves bytes from one clear socket to another inside the kernel (splice(2) over a pipe).</summary>
internal sealed class SplicePump(TcpTransport source, TcpTransport target)
{
    public TcpTransport Source => source;

    public TcpTransport Target => target;

    public void Run()
    {
    }

    public void OnTargetWritable()
    {
    }

    public void OnTransportClosed()
    {
    }
}
