namespace Linkerd.Http;

/// <content>Bodies as they arrive.</content>
public abstract partial class Http1Session
{
    private BodyKind _receiveKind;
    private ChunkState _chunk;
    private long _left;
    private int _credit;
    private int _scanned;
    private bool _isReceiving;
    private bool _releasePending;
    private bool _isDiscarding;
    private long _discarded;
    private long _bodySince = -1;
    private long _bodySeen;

    internal void Consumed(int count)
    {
        _credit += count;
        if (_credit > 0 && State == ReceiveState.Body) ResumeReceive();
    }

    /// <summary>The rest of the message is read and dropped.</summary>
    private protected void DiscardRest()
    {
        _bodySince = -1;
        _isDiscarding = true;
        _discarded = 0;
        ResumeReceive();
    }

    private protected bool IsDiscarding => _isDiscarding;

    /// <summary>Input is being read: more of it may lie behind what the handlers have been told of.</summary>
    private protected bool IsReceiving => _isReceiving;

    private protected void ReleaseIfPending()
    {
        if (!_releasePending) return;
        _releasePending = false;
        Stream.End(Resources);
    }

    /// <summary>What follows the head. False when nothing does, which the caller handles.</summary>
    private protected bool BeginBody(BodyKind kind, long length)
    {
        _receiveKind = kind;
        _left = length;
        _chunk = ChunkState.Size;
        _scanned = 0;
        bool isEmpty = kind == BodyKind.None || (kind == BodyKind.Length && length == 0);
        State = isEmpty ? ReceiveState.Wait : ReceiveState.Body;
        return !isEmpty;
    }

    /// <summary>The peer ended its direction while a body was read. True when that is its end.</summary>
    private protected bool EndBodyByClose()
    {
        if (State != ReceiveState.Body || _receiveKind is not (BodyKind.UntilClose or BodyKind.Tunnel)) return false;
        Ended(null);
        return true;
    }

    /// <summary>Compares with the last time: no byte came although bytes were due. Nothing is noted per byte.</summary>
    private bool IsBodyStalled(long now)
    {
        bool isDue = _isDiscarding || (IsActive && State == ReceiveState.Body && _credit > 0 && AwaitsBody);
        if (!isDue)
        {
            _bodySince = -1;
            return false;
        }

        long seen = _isDiscarding ? _discarded : Stream.BytesReceived;
        if (_bodySince >= 0 && seen == _bodySeen) return now - _bodySince >= Limits.BodyTimeout;
        _bodySeen = seen;
        _bodySince = now;
        return false;
    }

    private bool ReadBody(ReadOnlySpan<byte> data, ref int at) => _receiveKind switch
    {
        BodyKind.Length => ReadBytes(data, ref at, isEnd: true),
        BodyKind.Chunked => ReadChunk(data, ref at),
        _ => ReadAll(data, ref at),
    };

    private bool ReadAll(ReadOnlySpan<byte> data, ref int at)
    {
        _left = long.MaxValue;
        return ReadBytes(data, ref at, isEnd: false);
    }

    /// <summary>Delivers up to <see cref="_left"/> bytes, as far as there is credit.</summary>
    private bool ReadBytes(ReadOnlySpan<byte> data, ref int at, bool isEnd)
    {
        int count = (int)Math.Min(data.Length - at, _left);
        if (count == 0) return false;
        if (!_isDiscarding)
        {
            if (_credit <= 0)
            {
                IsReceivePaused = true;
                return false;
            }

            count = Math.Min(count, _credit);
        }

        ReadOnlySpan<byte> part = data.Slice(at, count);
        at += count;
        _left -= count;
        Deliver(part, isEnd && _left == 0);
        return true;
    }

    private void Deliver(ReadOnlySpan<byte> part, bool isLast)
    {
        if (_isDiscarding)
        {
            _discarded += part.Length;
            if (_discarded > Limits.MaxDiscardedBody)
            {
                Counters.Count(HttpLimit.DiscardedBody);
                Finish(default);
            }
            else if (isLast)
            {
                Ended(null);
            }

            return;
        }

        _credit -= part.Length;
        Stream.CountReceived(part.Length);
        if (!isLast)
        {
            Stream.Handler.OnData(Stream, part, false);
            return;
        }

        State = ReceiveState.Wait;
        Stream.MarkReceiveEnded();
        Stream.Handler.OnData(Stream, part, true);
        CloseIfOver();
    }

    /// <summary>The message is over without further bytes.</summary>
    private void Ended(HeaderBlock? trailers)
    {
        State = ReceiveState.Wait;
        if (_isDiscarding)
        {
            _isDiscarding = false;
            AfterExchange();
            return;
        }

        Stream.MarkReceiveEnded();
        if (trailers is { Count: > 0 }) Stream.Handler.OnTrailers(Stream, trailers);
        else Stream.Handler.OnData(Stream, default, true);
        CloseIfOver();
    }

    private bool ReadChunk(ReadOnlySpan<byte> data, ref int at)
    {
        switch (_chunk)
        {
            case ChunkState.Size:
                return ReadChunkSize(data, ref at);
            case ChunkState.Data:
                if (!ReadBytes(data, ref at, isEnd: false)) return false;
                if (_left == 0) _chunk = ChunkState.DataEnd;
                return true;
            case ChunkState.DataEnd:
                if (data.Length - at < 2) return CheckPrefix(data[at..]);
                if (!data.Slice(at, 2).SequenceEqual("\r\n"u8)) return Refuse(HttpFault.Protocol("a chunk does not end in CRLF"));
                at += 2;
                _chunk = ChunkState.Size;
                return true;
            default:
                return ReadTrailers(data, ref at);
        }
    }

    private bool CheckPrefix(ReadOnlySpan<byte> rest) =>
        !rest.IsEmpty && rest[0] != (byte)'\r' && Refuse(HttpFault.Protocol("a chunk does not end in CRLF"));

    private bool Refuse(in HttpFault fault)
    {
        Fail(in fault);
        return false;
    }

    private bool ReadChunkSize(ReadOnlySpan<byte> data, ref int at)
    {
        ReadOnlySpan<byte> rest = data[at..];
        int end = rest.IndexOf((byte)'\n');
        if ((end < 0 ? rest.Length : end) > Limits.MaxChunkLineBytes)
            return Refuse(HttpFault.OfLimit(HttpLimit.ChunkLineBytes, "a chunk's size line is too long", 400));
        if (end < 0) return false;
        if (end == 0 || rest[end - 1] != (byte)'\r') return Refuse(HttpFault.Protocol("a line ends in LF without CR"));
        ReadOnlySpan<byte> line = rest[..(end - 1)];
        if (!TryParseSize(line, out long size)) return Refuse(HttpFault.Protocol("a chunk's size is not a hexadecimal number"));
        at += end + 1;
        _left = size;
        _chunk = size == 0 ? ChunkState.Trailers : ChunkState.Data;
        _scanned = 0;
        return true;
    }

    private static bool TryParseSize(ReadOnlySpan<byte> line, out long size)
    {
        size = 0;
        int digits = 0;
        while (digits < line.Length && char.IsAsciiHexDigit((char)line[digits]))
        {
            // 15 digits stay below 2^60.
            if (digits == 15) return false;
            size = (size << 4) | (uint)Convert.ToInt32(HexValue(line[digits]));
            digits++;
        }

        if (digits == 0) return false;
        ReadOnlySpan<byte> extensions = FieldRules.Trim(line[digits..]);
        return extensions.IsEmpty ? line.Length == digits : extensions[0] == (byte)';' && FieldRules.IsValue(extensions);
    }

    private static int HexValue(byte b) => b <= '9' ? b - '0' : (b | 0x20) - 'a' + 10;

    private bool ReadTrailers(ReadOnlySpan<byte> data, ref int at)
    {
        ReadOnlySpan<byte> rest = data[at..];
        if (rest.StartsWith("\r\n"u8))
        {
            at += 2;
            Ended(null);
            return true;
        }

        HttpFault fault = default;
        int end = Http1HeadParser.FindEnd(rest, ref _scanned, ref fault);
        if (fault.IsNone && (end < 0 ? rest.Length : end) > Limits.MaxTrailerBytes) fault = HttpFault.OfLimit(HttpLimit.TrailerBytes, "the trailers are too large");
        if (!fault.IsNone) return Refuse(in fault);
        if (end < 0) return false;
        HeaderBlock trailers = Resources.RentHead();
        fault = Http1HeadParser.ParseFields(rest[..end], trailers, Limits.MaxHeaders, isTrailers: true);
        at += end;
        if (fault.IsNone) Ended(trailers);
        Resources.Return(trailers);
        return fault.IsNone || Refuse(in fault);
    }
}
