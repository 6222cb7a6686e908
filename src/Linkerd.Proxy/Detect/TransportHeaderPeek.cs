using Linkerd.Net;

namespace Linkerd.Proxy.Detect;

/// <summary>Reads the transport header off a direct connection.</summary>
internal sealed class TransportHeaderPeek(Transport transport, TimeSpan timeout) : Peek<TransportHeader>(transport, timeout)
{
    public override int OnData(ReadOnlySpan<byte> data)
    {
        switch (TransportHeaderCodec.Decode(data, out TransportHeader? header, out int consumed, out string? error))
        {
            case HeaderDecoding.Complete:
                Complete(header!);
                return consumed;
            case HeaderDecoding.Malformed:
                Fail(new DetectException(DetectReasons.Io, $"malformed transport header: {error}"));
                return data.Length;
            default:
                return 0;
        }
    }

    public override void OnReadClosed() => Fail(new DetectException(DetectReasons.Io, "the peer closed before its transport header was complete"));

    protected override void OnTimeout() => Fail(new DetectException(DetectReasons.Io, "no complete transport header in time"));
}
