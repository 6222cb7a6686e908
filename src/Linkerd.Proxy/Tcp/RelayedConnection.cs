using Linkerd.Net;

namespace Linkerd.Proxy.Tcp;

/// <summary>Two transports joined.</summary>
internal sealed class RelayedConnection : IDisposable
{
    private readonly RelaySide _client;
    private readonly RelaySide _server;
    private readonly Action<TransportFault> _ended;
    private TransportFault _fault;
    private int _open = 2;

    public RelayedConnection(Transport client, Transport server, Action<TransportFault> ended)
    {
        _ended = ended;
        _client = new RelaySide(this, client, server);
        _server = new RelaySide(this, server, client);
        client.Handler = _client;
        server.Handler = _server;
        client.ResumeReading();
        server.ResumeReading();
    }

    /// <summary>Ends both; on the loop.</summary>
    public void Dispose()
    {
        _client.Own.Abort();
        _server.Own.Abort();
    }

    public void OnSideClosed(RelaySide side, TransportFault fault)
    {
        if (_fault.IsNone) _fault = fault;
        // A fault of one side is a fault for the other: an orderly end would pass truncated data off as whole.
        if (!fault.IsNone) side.Other.Abort();
        if (--_open == 0) _ended(_fault);
    }
}
