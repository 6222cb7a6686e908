namespace Linkerd.Http;

/// <content>What is sent.</content>
public abstract partial class Http1Session
{
    private const int DirectLimit = 32 * 1024;

    private BodyKind _sendKind;
    private long _sendLeft;
    private int _held;

    internal int BytesHeld => _held;

    internal abstract void SendInformational(HeaderBlock head);

    internal abstract void SendHead(HeaderBlock head, bool end);

    internal abstract void Reset(HttpErrorCode code);

    internal int SendData(ReadOnlySpan<byte> data, bool end)
    {
        if (IsFinished) return data.Length;
        int total = data.Length;
        if (_sendKind == BodyKind.Length && total > _sendLeft)
        {
            // More than was promised would be read as the next message.
            Finish(new HttpFault(HttpFaultOrigin.Local, HttpErrorCode.InternalError, 0, HttpLimit.None, "the body is longer than content-length"));
            return total;
        }

        switch (_sendKind)
        {
            case BodyKind.None:
                break;
            case BodyKind.Chunked:
                if (total > 0) WriteChunk(data, end);
                else if (end) Output.Write("0\r\n\r\n"u8);
                break;
            default:
                _sendLeft -= total;
                Output.Write(data);
                break;
        }

        bool isHeld = OutputIsFull;
        if (isHeld) _held += total;
        if (end) SendEnded();
        return isHeld ? 0 : total;
    }

    internal void SendTrailers(HeaderBlock trailers)
    {
        if (IsFinished) return;
        if (_sendKind == BodyKind.Chunked)
        {
            int bound = Http1HeadWriter.MaxLength(trailers);
            bool isDirect = bound <= DirectLimit;
            var writer = new Http1HeadWriter(isDirect ? Output.GetSpan(bound) : Resources.GrowScratch(bound));
            writer.Put("0\r\n"u8);
            writer.Fields(trailers, withLength: false);
            writer.Put("\r\n"u8);
            Append(in writer, isDirect);
        }

        SendEnded();
    }

    /// <summary>How the body that follows is written.</summary>
    private protected void BeginSend(BodyKind kind, long length)
    {
        _sendKind = kind;
        _sendLeft = length;
    }

    /// <summary>The last byte of our message is written.</summary>
    private protected void SendEnded()
    {
        if (_sendKind == BodyKind.Length && _sendLeft > 0)
        {
            Finish(new HttpFault(HttpFaultOrigin.Local, HttpErrorCode.InternalError, 0, HttpLimit.None, "the body is shorter than content-length"));
            return;
        }

        Stream.MarkSendEnded();
        if (_sendKind == BodyKind.Tunnel) Owner.OnSendEnded(this);
        CloseIfOver();
    }

    private protected Http1HeadWriter NewWriter(HeaderBlock head, out bool isDirect)
    {
        int bound = Http1HeadWriter.MaxLength(head);
        isDirect = bound <= DirectLimit;
        return new Http1HeadWriter(isDirect ? Output.GetSpan(bound) : Resources.GrowScratch(bound));
    }

    private protected void Append(in Http1HeadWriter writer, bool isDirect)
    {
        if (isDirect) Output.Advance(writer.Length);
        else Output.Write(Resources.Scratch.AsSpan(0, writer.Length));
    }

    private void WriteChunk(ReadOnlySpan<byte> data, bool end)
    {
        Span<byte> frame = stackalloc byte[16];
        _ = System.Buffers.Text.Utf8Formatter.TryFormat(data.Length, frame, out int length, 'x');
        "\r\n"u8.CopyTo(frame[length..]);
        Output.Write(frame[..(length + 2)]);
        Output.Write(data);
        Output.Write(end ? "\r\n0\r\n\r\n"u8 : "\r\n"u8);
    }
}
