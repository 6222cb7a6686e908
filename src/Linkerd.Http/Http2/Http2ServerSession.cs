namespace Linkerd.Http;

/// <summary>The server's end of an HTTP/2 connection.</summary>
public sealed class Http2ServerSession : Http2Session
{
    private readonly IHttpServer _server;

    public Http2ServerSession(HttpResources resources, Http2Limits limits, IByteOutput output, IHttpSessionOwner owner, IHttpServer server)
        : base(resources, limits, output, owner)
    {
        ArgumentNullException.ThrowIfNull(server);
        _server = server;
    }

    private protected override bool IsServer => true;

    private protected override ReadOnlySpan<byte> ExpectedPreface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <inheritdoc/>
    public override void Start()
    {
        base.Start();
        WriteSettings();
        WatchTime();
    }

    private protected override void AcceptStream(HttpStream stream) => stream.Handler = _server.OnStream(stream);
}
