using System.Buffers.Binary;

namespace Linkerd.Http;

/// <content>What is sent, the windows, and the ring of streams that wait to send.</content>
public abstract partial class Http2Session
{
    private const int MaxPayload = 16_384;

    private long _sendWindow = 65_535;
    private long _receiveWindow;
    private int _unannounced;
    private long _peerInitialWindow = 65_535;
    private int _peerMaxStreams = 100;
    private protected int PeerMaxStreams => _peerMaxStreams;
    private int _nextStream = 1;
    private long _dataFramesWritten;
    private Http2Stream? _firstQueued;
    private Http2Stream? _lastQueued;
    private bool _isPumping;
    private int[] _resetIds = [];
    private int _resetAt;

    internal void SendInformational(Http2Stream stream, HeaderBlock head)
    {
        // A server may send any number of them, so none is kept for a client that does not read.
        if (IsFinished || stream.IsClosed || stream.IsHeadSent || !IsServer || IsOutputFlooded) return;
        WriteHeaders(stream.Id, head, end: false);
    }

    internal void SendHead(Http2Stream stream, HeaderBlock head, bool end)
    {
        if (IsFinished) return;
        if (stream.Id == 0)
        {
            stream.Id = _nextStream;
            _nextStream += 2;
            stream.IsHeadRequest = head.MethodKind == RequestMethod.Head;
            stream.SendWindow = _peerInitialWindow;
            _streams.Add(stream);
            if (_nextStream < 0) IsDraining = _isDrainAnnounced = true;
        }

        WriteHeaders(stream.Id, head, end);
        if (end) EndWritten(stream);
    }

    internal int SendData(Http2Stream stream, ReadOnlySpan<byte> data, bool end)
    {
        if (IsFinished) return data.Length;
        int sent = 0;

        // An end alone needs neither window nor room, and nothing would ask for it later.
        if (stream.BytesHeld == 0 && (!OutputIsFull || (data.IsEmpty && end)))
        {
            long window = Math.Min(stream.SendWindow, _sendWindow);
            sent = (int)Math.Min(data.Length, Math.Max(window, 0));
            bool isAll = sent == data.Length;
            if (sent > 0 || isAll) WriteData(stream, data[..sent], end && isAll);
            if (isAll)
            {
                if (end) EndWritten(stream);
                return sent;
            }
        }

        stream.Held.Append(Resources, data[sent..]);
        if (stream.StalledSince < 0) stream.Stall(Resources.Now);
        Enqueue(stream);
        return sent;
    }

    internal bool TrySendSlots(Http2Stream stream, Span<byte> slots, out int sent)
    {
        int count = (slots.Length + HttpStream.SlotSize - 1) / HttpStream.SlotSize;
        sent = slots.Length - (count * FrameHeader.Size);
        if (IsFinished || stream.BytesHeld > 0 || OutputIsFull || sent > Math.Min(stream.SendWindow, _sendWindow)) return false;
        for (Span<byte> left = slots; !left.IsEmpty;)
        {
            int length = Math.Min(left.Length, HttpStream.SlotSize);
            FrameHeader.Write(left, length - FrameHeader.Size, FrameType.Data, 0, stream.Id);
            left = left[length..];
        }

        stream.SendWindow -= sent;
        _sendWindow -= sent;
        _dataFramesWritten += count;
        Output.Write(slots);
        return true;
    }

    internal void SendTrailers(Http2Stream stream, HeaderBlock trailers)
    {
        if (IsFinished) return;
        if (stream.BytesHeld > 0)
        {
            stream.HeldTrailers = Resources.RentHead();
            stream.HeldTrailers.CopyFrom(trailers);
            return;
        }

        WriteHeaders(stream.Id, trailers, end: true);
        EndWritten(stream);
    }

    internal void Consumed(Http2Stream stream, int count)
    {
        if (IsFinished || stream.IsClosed || count == 0) return;
        if (count < 0 || count > stream.Unconsumed) throw new ArgumentOutOfRangeException(nameof(count), count, $"{stream.Unconsumed} bytes were received and not given back");
        stream.Unconsumed -= count;
        CreditConnection(count);
        if (!IsFinished) CreditStream(stream, count);
    }

    internal void Reset(Http2Stream stream, HttpErrorCode code)
    {
        // Taken out first: writing can end the connection, and with it every stream that is still in the table.
        TakeOut(stream);
        if (stream.Id != 0 && !IsFinished) WriteReset(stream.Id, code);
        AfterClose(stream);
    }

    private void EndWritten(Http2Stream stream)
    {
        stream.IsEndWritten = true;
        CloseIfOver(stream);
    }

    private void CreditConnection(int count)
    {
        _unannounced += count;
        if (_unannounced < Limits.ConnectionWindow / 2) return;
        WriteWindowUpdate(0, _unannounced);
        _receiveWindow += _unannounced;
        _unannounced = 0;
    }

    private void CreditStream(Http2Stream stream, int count)
    {
        if (stream.IsReceiveEnded) return;
        stream.Unannounced += count;
        if (stream.Unannounced < ((long)Limits.StreamWindow + 1) / 2) return;
        WriteWindowUpdate(stream.Id, stream.Unannounced);
        stream.ReceiveWindow += stream.Unannounced;
        stream.Unannounced = 0;
    }

    private void Enqueue(Http2Stream stream)
    {
        if (stream.IsQueued || stream.SendWindow <= 0) return;
        stream.IsQueued = true;
        stream.NextQueued = null;
        if (_lastQueued is null) _firstQueued = stream;
        else _lastQueued.NextQueued = stream;
        _lastQueued = stream;
    }

    private void Dequeue(Http2Stream stream)
    {
        Http2Stream? previous = null;
        for (Http2Stream? at = _firstQueued; at is not null && !ReferenceEquals(at, stream); at = at.NextQueued) previous = at;
        if (previous is null) _firstQueued = stream.NextQueued;
        else previous.NextQueued = stream.NextQueued;
        if (ReferenceEquals(_lastQueued, stream)) _lastQueued = previous;
        stream.IsQueued = false;
        stream.NextQueued = null;
    }

    /// <summary>Lets those that wait send, one frame each in turn, as far as windows and output allow.</summary>
    private void Pump()
    {
        if (_isPumping) return;
        _isPumping = true;
        _depth++;
        while (_firstQueued is { } stream && _sendWindow > 0 && !OutputIsFull && !IsFinished)
        {
            _firstQueued = stream.NextQueued;
            if (_firstQueued is null) _lastQueued = null;
            stream.IsQueued = false;
            stream.NextQueued = null;
            SendHeld(stream);
        }

        _isPumping = false;
        if (--_depth == 0) ReleaseClosed();
    }

    private void SendHeld(Http2Stream stream)
    {
        ReadOnlySpan<byte> first = stream.Held.First;
        int count = (int)Math.Min(first.Length, Math.Min(stream.SendWindow, _sendWindow));
        if (count <= 0) return;
        bool isLast = count == stream.BytesHeld;
        bool ends = isLast && stream.IsSendEnded && stream.HeldTrailers is null;
        WriteData(stream, first[..count], ends);
        stream.Held.Skip(Resources, count);
        stream.Stall(isLast ? -1 : Resources.Now);
        if (!isLast) Enqueue(stream);
        stream.Handler.OnSent(stream, count);
        if (stream.IsClosed || !isLast) return;
        if (ends)
        {
            EndWritten(stream);
        }
        else if (stream.BytesHeld > 0)
        {
            // The handler gave more when it heard that this had left.
        }
        else if (stream.HeldTrailers is { } trailers)
        {
            stream.HeldTrailers = null;
            WriteHeaders(stream.Id, trailers, end: true);
            Resources.Return(trailers);
            EndWritten(stream);
        }
        else if (stream.IsSendEnded && !stream.IsEndWritten)
        {
            WriteData(stream, default, end: true);
            EndWritten(stream);
        }
    }

    private void WriteData(Http2Stream stream, ReadOnlySpan<byte> data, bool end)
    {
        stream.SendWindow -= data.Length;
        _sendWindow -= data.Length;
        do
        {
            int count = Math.Min(data.Length, MaxPayload);
            bool isLast = count == data.Length;
            Span<byte> target = Output.GetSpan(FrameHeader.Size + count);
            FrameHeader.Write(target, count, FrameType.Data, end && isLast ? FrameFlags.EndStream : (byte)0, stream.Id);
            data[..count].CopyTo(target[FrameHeader.Size..]);
            Output.Advance(FrameHeader.Size + count);
            data = data[count..];
            _dataFramesWritten++;
        }
        while (!data.IsEmpty);
    }

    private void WriteHeaders(int id, HeaderBlock head, bool end)
    {
        byte flags = end ? FrameFlags.EndStream : (byte)0;
        int bound = HpackEncoder.MaxLength(head);
        if (bound <= MaxPayload)
        {
            Span<byte> target = Output.GetSpan(FrameHeader.Size + bound);
            int length = _encoder.Encode(head, target[FrameHeader.Size..]);
            FrameHeader.Write(target, length, FrameType.Headers, (byte)(flags | FrameFlags.EndHeaders), id);
            Output.Advance(FrameHeader.Size + length);
            return;
        }

        byte[] scratch = Resources.GrowScratch(bound);
        ReadOnlySpan<byte> block = scratch.AsSpan(0, _encoder.Encode(head, scratch));
        var type = FrameType.Headers;
        do
        {
            int count = Math.Min(block.Length, MaxPayload);
            if (count == block.Length) flags |= FrameFlags.EndHeaders;
            WriteFrame(type, flags, id, block[..count]);
            block = block[count..];
            type = FrameType.Continuation;
            flags = 0;
        }
        while (!block.IsEmpty);
    }

    private void WriteFrame(FrameType type, byte flags, int id, ReadOnlySpan<byte> payload)
    {
        Span<byte> target = Output.GetSpan(FrameHeader.Size + payload.Length);
        FrameHeader.Write(target, payload.Length, type, flags, id);
        payload.CopyTo(target[FrameHeader.Size..]);
        Output.Advance(FrameHeader.Size + payload.Length);
    }

    private bool IsOutputFlooded => Output.Pending > (long)Resources.OutputHighWatermark + Limits.MaxControlOutput;

    /// <summary>A frame that the peer's frames make us write: refused when it does not read them.</summary>
    private void WriteControl(FrameType type, byte flags, int id, ReadOnlySpan<byte> payload)
    {
        if (IsFinished) return;
        if (IsOutputFlooded)
        {
            Fail(HttpFault.OfLimit(HttpLimit.ControlOutput, "the peer does not read what it asks for"));
            return;
        }

        WriteFrame(type, flags, id, payload);
    }

    private void WriteReset(int id, HttpErrorCode code)
    {
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(payload, (int)code);
        if (_resetIds.Length == 0) _resetIds = new int[128];
        _resetIds[_resetAt++ & 127] = id;
        WriteControl(FrameType.RstStream, 0, id, payload);
    }

    /// <summary>The stream was reset here lately, so late frames on it are no fault.</summary>
    private bool WasReset(int id) => _resetIds.AsSpan().Contains(id);

    private void WriteWindowUpdate(int id, int increment)
    {
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(payload, increment);
        WriteControl(FrameType.WindowUpdate, 0, id, payload);
    }

    private void WritePing(ulong opaque, bool ack)
    {
        Span<byte> payload = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(payload, opaque);
        WriteControl(FrameType.Ping, ack ? FrameFlags.Ack : (byte)0, 0, payload);
    }

    private void WriteGoAway(int lastStream, HttpErrorCode code)
    {
        Span<byte> payload = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(payload, lastStream);
        BinaryPrimitives.WriteInt32BigEndian(payload[4..], (int)code);
        WriteFrame(FrameType.GoAway, 0, 0, payload);
    }

    private protected void WriteSettings()
    {
        Span<byte> payload = stackalloc byte[6 * 6];
        int at = 0;
        if (Limits.HeaderTableSize != 4096) Setting(payload, ref at, 1, Limits.HeaderTableSize);
        if (IsServer) Setting(payload, ref at, 3, Limits.MaxConcurrentStreams);
        else Setting(payload, ref at, 2, 0);
        if (Limits.StreamWindow != 65_535) Setting(payload, ref at, 4, Limits.StreamWindow);
        if (Limits.MaxFrameSize != 16_384) Setting(payload, ref at, 5, Limits.MaxFrameSize);
        Setting(payload, ref at, 6, Limits.MaxHeaderListSize);
        WriteFrame(FrameType.Settings, 0, 0, payload[..at]);
        if (Limits.ConnectionWindow > 65_535) WriteWindowUpdate(0, Limits.ConnectionWindow - 65_535);
    }

    private static void Setting(Span<byte> payload, ref int at, ushort id, int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(payload[at..], id);
        BinaryPrimitives.WriteInt32BigEndian(payload[(at + 2)..], value);
        at += 6;
    }
}
