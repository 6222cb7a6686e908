namespace Linkerd.Http;

/// <summary>The client's end of an HTTP/2 connection. Any number of streams, up to the peer's SETTINGS_MAX_CONCURRENT_STREAMS.</summary>
public sealed class Http2ClientSession : Http2Session
{
    public Http2ClientSession(HttpResources resources, Http2Limits limits, IByteOutput output, IHttpSessionOwner owner)
        : base(resources, limits, output, owner)
    {
    }

    /// <inheritdoc/>
    public override bool CanOpen => !IsDraining && !IsFinished && ActiveStreams < PeerMaxStreams;

    private protected override bool IsServer => false;

    private protected override ReadOnlySpan<byte> ExpectedPreface => default;

    /// <inheritdoc/>
    public override void Start()
    {
        base.Start();
        Output.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        WriteSettings();
        WatchTime();
    }

    /// <inheritdoc/>
    public override HttpStream? Open(IHttpStreamHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (!CanOpen) return null;
        Http2Stream stream = NewStream(0);
        stream.Handler = handler;
        WatchTime();
        return stream;
    }

    private protected override void AcceptStream(HttpStream stream) => stream.Reset(HttpErrorCode.ProtocolError);
}
