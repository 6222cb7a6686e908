using System.Buffers.Binary;

namespace Linkerd.Http;

/// <content>Frames as they arrive.</content>
public abstract partial class Http2Session
{
    private Http2Stream? _dataStream;
    private int _dataLeft;
    private int _paddingLeft;
    private bool _dataEnds;

    private bool ReadFrame(ReadOnlySpan<byte> data, ref int at)
    {
        if ((_dataLeft | _paddingLeft) > 0)
        {
            if (at == data.Length) return false;
            ReadData(data, ref at);
            return true;
        }

        if (data.Length - at < FrameHeader.Size) return false;
        FrameHeader header = FrameHeader.Read(data[at..]);
        if (header.Length > Limits.MaxFrameSize)
        {
            Fail(HttpFault.Protocol("a frame is larger than SETTINGS_MAX_FRAME_SIZE", HttpErrorCode.FrameSizeError));
            return false;
        }

        if (!IsExpected(in header)) return false;
        if (header.Type == FrameType.Data) return BeginData(data, ref at, in header);
        if (data.Length - at - FrameHeader.Size < header.Length) return false;
        ReadOnlySpan<byte> payload = data.Slice(at + FrameHeader.Size, header.Length);
        at += FrameHeader.Size + header.Length;
        Dispatch(in header, payload);
        return true;
    }

    private bool IsExpected(in FrameHeader header)
    {
        if (!_isSettingsRead && (header.Type != FrameType.Settings || header.Has(FrameFlags.Ack)))
        {
            Fail(HttpFault.Protocol("the first frame is not SETTINGS"));
            return false;
        }

        if (_blockStream != 0 && (header.Type != FrameType.Continuation || header.StreamId != _blockStream))
        {
            Fail(HttpFault.Protocol("a header block is interrupted by another frame"));
            return false;
        }

        return true;
    }

    private void Dispatch(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        switch (header.Type)
        {
            case FrameType.Headers:
                OnHeaders(in header, payload);
                break;
            case FrameType.Continuation:
                OnContinuation(in header, payload);
                break;
            case FrameType.WindowUpdate:
                OnWindowUpdate(in header, payload);
                break;
            case FrameType.RstStream:
                OnRstStream(in header, payload);
                break;
            case FrameType.Settings:
                OnSettings(in header, payload);
                break;
            case FrameType.Ping:
                OnPing(in header, payload);
                break;
            case FrameType.GoAway:
                OnGoAway(in header, payload);
                break;
            case FrameType.PushPromise:
                Fail(HttpFault.Protocol("PUSH_PROMISE was refused by SETTINGS_ENABLE_PUSH"));
                break;
            case FrameType.Priority when header.StreamId == 0:
                Fail(HttpFault.Protocol("PRIORITY is on stream 0"));
                break;
            case FrameType.Priority when payload.Length != 5:
                FailStream(header.StreamId, HttpFault.Protocol("PRIORITY is not 5 bytes", HttpErrorCode.FrameSizeError));
                break;
            case FrameType.Priority when (BinaryPrimitives.ReadInt32BigEndian(payload) & int.MaxValue) == header.StreamId:
                FailStream(header.StreamId, HttpFault.Protocol("a stream depends on itself"));
                break;
            default:
                if (!_unknown.Add(Resources.Now, Limits.FloodWindow, Limits.MaxUnknownFrames))
                    Fail(HttpFault.OfLimit(HttpLimit.UnknownFrames, "too many frames of no use"));
                break;
        }
    }

    private bool BeginData(ReadOnlySpan<byte> data, ref int at, in FrameHeader header)
    {
        bool isPadded = header.Has(FrameFlags.Padded);
        if (isPadded && header.Length > 0 && data.Length - at < FrameHeader.Size + 1) return false;
        if (!IsDataLawful(in header)) return false;
        int padding = 0;
        int overhead = 0;
        if (isPadded)
        {
            padding = header.Length == 0 ? 0 : data[at + FrameHeader.Size];
            overhead = 1;
            if (header.Length == 0 || padding >= header.Length)
            {
                Fail(HttpFault.Protocol("the padding of DATA is as long as the frame"));
                return false;
            }
        }

        at += FrameHeader.Size + overhead;
        _receiveWindow -= header.Length;
        Http2Stream? stream = _streams.Find(header.StreamId);
        _dataLeft = header.Length - padding - overhead;
        _paddingLeft = padding;
        _dataEnds = header.Has(FrameFlags.EndStream);
        _dataStream = stream is null ? UnknownData(in header) : AcceptData(stream, in header);
        if (IsFinished) return false;
        if (padding + overhead > 0)
        {
            CreditConnection(padding + overhead);
            if (_dataStream is { } padded) CreditStream(padded, padding + overhead);
        }

        if (_dataLeft == 0 && _dataStream is { } empty && _dataEnds) Deliver(empty, default, end: true);
        return !IsFinished;
    }

    private bool IsDataLawful(in FrameHeader header)
    {
        if (header.StreamId == 0) Fail(HttpFault.Protocol("DATA is on stream 0"));
        else if (IsIdle(header.StreamId)) Fail(HttpFault.Protocol("DATA is on an idle stream"));
        else if (header.Length > _receiveWindow) Fail(HttpFault.Protocol("DATA exceeds the window of the connection", HttpErrorCode.FlowControlError));
        else if (header.Length == 0 && !header.Has(FrameFlags.EndStream) && !_empty.Add(Resources.Now, Limits.FloodWindow, Limits.MaxEmptyFrames))
            Fail(HttpFault.OfLimit(HttpLimit.EmptyFrameFlood, "too many empty frames"));
        return !IsFinished;
    }

    private Http2Stream? UnknownData(in FrameHeader header)
    {
        if (IsServer && !WasReset(header.StreamId)) FailStream(header.StreamId, HttpFault.Protocol("DATA is on a closed stream", HttpErrorCode.StreamClosed));
        return null;
    }

    private Http2Stream? AcceptData(Http2Stream stream, in FrameHeader header)
    {
        HttpFault fault = default;
        if (stream.IsReceiveEnded) fault = HttpFault.Protocol("DATA follows END_STREAM", HttpErrorCode.StreamClosed);
        else if (!stream.HasHead) fault = HttpFault.Protocol("DATA precedes the response");
        else if (header.Length > stream.ReceiveWindow) fault = HttpFault.Protocol("DATA exceeds the window of its stream", HttpErrorCode.FlowControlError);
        else if (stream.Expected >= 0 && (_dataLeft > stream.Expected || (_dataEnds && _dataLeft != stream.Expected))) fault = HttpFault.Protocol("content-length differs from the body");
        if (fault.IsNone)
        {
            if (stream.Expected >= 0) stream.Expected -= _dataLeft;
            stream.ReceiveWindow -= header.Length;
            return stream;
        }

        FailStream(stream.Id, in fault);
        return null;
    }

    private void ReadData(ReadOnlySpan<byte> data, ref int at)
    {
        int count = Math.Min(_dataLeft, data.Length - at);
        if (count > 0)
        {
            ReadOnlySpan<byte> part = data.Slice(at, count);
            at += count;
            _dataLeft -= count;
            if (_dataStream is { } stream) Deliver(stream, part, _dataEnds && _dataLeft == 0);
            else CreditConnection(count);
            return;
        }

        count = Math.Min(_paddingLeft, data.Length - at);
        at += count;
        _paddingLeft -= count;
    }

    private void Deliver(Http2Stream stream, ReadOnlySpan<byte> data, bool end)
    {
        stream.Unconsumed += data.Length;
        stream.CountReceived(data.Length);
        if (end) stream.MarkReceiveEnded();
        stream.Handler.OnData(stream, data, end);
        if (end) CloseIfOver(stream);
    }

    private void CloseIfOver(Http2Stream stream)
    {
        if (!stream.IsClosed && stream.IsReceiveEnded && stream.IsEndWritten) CloseInOrder(stream);
    }

    private void OnRstStream(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (payload.Length != 4)
        {
            Fail(HttpFault.Protocol("RST_STREAM is not 4 bytes", HttpErrorCode.FrameSizeError));
            return;
        }

        if (header.StreamId == 0 || IsIdle(header.StreamId))
        {
            Fail(HttpFault.Protocol("RST_STREAM is on an idle stream"));
            return;
        }

        if (_streams.Find(header.StreamId) is not { } stream) return;
        if (IsServer && IsRapid(stream) && !_resets.Add(Resources.Now, Limits.FloodWindow, Limits.MaxResets))
            Fail(HttpFault.OfLimit(HttpLimit.RapidReset, "too many streams were reset"));
        else CloseFaulty(stream, HttpFault.Reset((HttpErrorCode)BinaryPrimitives.ReadUInt32BigEndian(payload)));
    }

    /// <summary>Asked for and given up at once, a stream costs its peer nothing. Whoever waited (a deadline) or was answered (a watch) is no attacker.</summary>
    private bool IsRapid(Http2Stream stream) => !stream.IsHeadSent && Resources.Now - stream.BegunAt < Http2Limits.RapidMillis;

    private void OnWindowUpdate(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (payload.Length != 4)
        {
            Fail(HttpFault.Protocol("WINDOW_UPDATE is not 4 bytes", HttpErrorCode.FrameSizeError));
            return;
        }

        if (!_windowUpdates.Add(Resources.Now, Limits.FloodWindow, Limits.MaxWindowUpdates + (4 * _dataFramesWritten)))
        {
            Fail(HttpFault.OfLimit(HttpLimit.WindowUpdateFlood, "too many WINDOW_UPDATEs"));
            return;
        }

        int increment = BinaryPrimitives.ReadInt32BigEndian(payload) & int.MaxValue;
        if (header.StreamId == 0)
        {
            _sendWindow += increment;
            if (increment == 0) Fail(HttpFault.Protocol("WINDOW_UPDATE adds nothing"));
            else if (_sendWindow > int.MaxValue) Fail(HttpFault.Protocol("the connection's window exceeds 2^31-1", HttpErrorCode.FlowControlError));
            else Pump();
            return;
        }

        if (IsIdle(header.StreamId))
        {
            Fail(HttpFault.Protocol("WINDOW_UPDATE is on an idle stream"));
            return;
        }

        if (_streams.Find(header.StreamId) is not { } stream) return;
        stream.SendWindow += increment;
        if (increment == 0) FailStream(stream.Id, HttpFault.Protocol("WINDOW_UPDATE adds nothing"));
        else if (stream.SendWindow > int.MaxValue) FailStream(stream.Id, HttpFault.Protocol("the stream's window exceeds 2^31-1", HttpErrorCode.FlowControlError));
        else if (stream.BytesHeld > 0)
        {
            Enqueue(stream);
            Pump();
        }
    }

    /// <summary>Neither side has opened the stream yet.</summary>
    private bool IsIdle(int id) => IsPeerInitiated(id) ? id > _lastPeerStream : id >= _nextStream;

    private bool IsPeerInitiated(int id) => (id & 1) == (IsServer ? 1 : 0);

    /// <summary>A stream breaks a rule: RST_STREAM, and its handler hears of it (RFC 9113 §5.4.2).</summary>
    private void FailStream(int id, in HttpFault fault)
    {
        if (!CountStreamFault(in fault)) return;
        WriteReset(id, fault.Code);

        // Not looked for before: writing can end the connection, and with it the stream.
        if (_streams.Find(id) is { } stream) CloseFaulty(stream, in fault);
    }

    /// <summary>False when there were too many, and the connection has ended.</summary>
    private bool CountStreamFault(in HttpFault fault)
    {
        Counters.Count(in fault, connection: false);
        if (_streamFaults.Add(Resources.Now, Limits.FloodWindow, Limits.MaxStreamFaults)) return true;
        Fail(HttpFault.OfLimit(HttpLimit.StreamFaults, "too many faulty streams"));
        return false;
    }
}
