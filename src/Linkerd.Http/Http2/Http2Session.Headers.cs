namespace Linkerd.Http;

/// <content>HEADERS, CONTINUATION and what they hold.</content>
public abstract partial class Http2Session
{
    private byte[] _block = [];
    private int _blockLength;
    private int _blockStream;
    private int _blockFrames;
    private bool _blockEnds;
    private long _blockSince;
    private bool _isBlockAbusive;

    private void OnHeaders(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.StreamId == 0)
        {
            Fail(HttpFault.Protocol("HEADERS is on stream 0"));
            return;
        }

        int start = (header.Has(FrameFlags.Padded) ? 1 : 0) + (header.Has(FrameFlags.Priority) ? 5 : 0);
        int padding = header.Has(FrameFlags.Padded) && payload.Length > 0 ? payload[0] : 0;
        if (start + padding > payload.Length)
        {
            Fail(HttpFault.Protocol("the padding of HEADERS is as long as the frame"));
            return;
        }

        ReadOnlySpan<byte> fragment = payload[start..^padding];
        if (header.Has(FrameFlags.EndHeaders))
        {
            OnBlock(header.StreamId, fragment, header.Has(FrameFlags.EndStream));
            return;
        }

        _blockStream = header.StreamId;
        _blockSince = Resources.Now;
        _blockEnds = header.Has(FrameFlags.EndStream);
        _blockLength = _blockFrames = 0;
        AppendFragment(fragment);
    }

    private void OnContinuation(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (_blockStream == 0)
        {
            Fail(HttpFault.Protocol("CONTINUATION follows no HEADERS"));
            return;
        }

        if (++_blockFrames > Limits.MaxContinuations)
        {
            Fail(HttpFault.OfLimit(HttpLimit.ContinuationFlood, "too many CONTINUATIONs"));
            return;
        }

        if (!AppendFragment(payload) || !header.Has(FrameFlags.EndHeaders)) return;
        int id = _blockStream;
        _blockStream = 0;
        byte[] block = _block;
        _block = [];
        OnBlock(id, block.AsSpan(0, _blockLength), _blockEnds);
    }

    private bool AppendFragment(ReadOnlySpan<byte> fragment)
    {
        if (fragment.IsEmpty && !_empty.Add(Resources.Now, Limits.FloodWindow, Limits.MaxEmptyFrames))
        {
            Fail(HttpFault.OfLimit(HttpLimit.EmptyFrameFlood, "too many empty frames"));
            return false;
        }

        if (_blockLength + fragment.Length > Limits.MaxHeaderBlockSize)
        {
            Fail(HttpFault.OfLimit(HttpLimit.HeaderBlockSize, "a header block is too large"));
            return false;
        }

        if (_block.Length < _blockLength + fragment.Length) Array.Resize(ref _block, Math.Max(4096, (_blockLength + fragment.Length) * 2));
        fragment.CopyTo(_block.AsSpan(_blockLength));
        _blockLength += fragment.Length;
        return true;
    }

    private void OnBlock(int id, ReadOnlySpan<byte> block, bool end)
    {
        Http2Stream? stream = _streams.Find(id);
        if (stream is null && !MayOpen(id)) return;
        HeaderBlock head = Resources.RentHead();
        head.Protocol = HttpProtocol.Http2;
        BlockKind kind = stream is null ? BlockKind.Request : stream.HasHead ? BlockKind.Trailers : BlockKind.Response;
        var reader = new BlockReader(_decoder, Limits);
        HttpFault fault = reader.Read(block, head, kind);
        _isBlockAbusive = reader.IsAbusive;
        if (reader.IsUndecodable)
        {
            Resources.Return(head);
            Fail(HttpFault.Protocol("a header block cannot be decoded", HttpErrorCode.CompressionError));
            return;
        }

        bool kept = stream is null ? OnRequest(id, head, end, in fault) : OnMoreHeaders(stream, head, kind, end, in fault);
        if (!kept) Resources.Return(head);
    }

    /// <summary>HEADERS on a stream that is not open: it opens one, or comes late, or breaks a rule.</summary>
    private bool MayOpen(int id)
    {
        if (IsServer && IsPeerInitiated(id) && id > _lastPeerStream) return true;

        // On a client a stream that is over may be one of many that were given up here: their answers only keep the table in step.
        if (!IsIdle(id) && (!IsServer || WasReset(id))) return true;
        Fail(IsIdle(id)
            ? HttpFault.Protocol("HEADERS opens a stream that the peer may not open")
            : HttpFault.Protocol("HEADERS is on a closed stream", HttpErrorCode.StreamClosed));
        return false;
    }

    /// <summary>A request; true when the head is the stream's now.</summary>
    private bool OnRequest(int id, HeaderBlock head, bool end, in HttpFault fault)
    {
        // Late frames of a stream that was reset here only keep the table in step.
        if (id <= _lastPeerStream || !IsServer) return false;
        if (_isDrainAnnounced) return false;
        _lastPeerStream = id;
        if (!fault.IsNone)
        {
            if (fault.Limit == HttpLimit.None || _isBlockAbusive) FailStream(id, in fault);
            else Refuse(id, end, in fault);
            return false;
        }

        if (end && head.ContentLength > 0)
        {
            FailStream(id, HttpFault.Protocol("content-length differs from the body"));
            return false;
        }

        if (_active >= Limits.MaxConcurrentStreams)
        {
            FailStream(id, HttpFault.OfLimit(HttpLimit.ConcurrentStreams, "too many streams at once", 503, HttpErrorCode.RefusedStream));
            return false;
        }

        Http2Stream stream = NewStream(id);
        _streams.Add(stream);
        stream.GiveHead(head);
        stream.Expected = head.ContentLength;
        if (end) stream.MarkReceiveEnded();
        AcceptStream(stream);
        if (!stream.IsClosed) stream.Handler.OnHead(stream, head, end);
        if (end) CloseIfOver(stream);
        return true;
    }

    /// <summary>Answers a request that reached a limit of its own, and is done with its stream (RFC 9113 §8.1).</summary>
    private void Refuse(int id, bool end, in HttpFault fault)
    {
        if (!CountStreamFault(in fault)) return;
        if (IsOutputFlooded)
        {
            Fail(HttpFault.OfLimit(HttpLimit.ControlOutput, "the peer does not read what it asks for"));
            return;
        }

        HeaderBlock answer = Resources.RentHead();
        answer.Status = fault.Status;
        answer.SetContentLength(0);
        WriteHeaders(id, answer, end: true);
        Resources.Return(answer);
        if (!end) WriteReset(id, HttpErrorCode.NoError);
    }

    private protected abstract void AcceptStream(HttpStream stream);

    private bool OnMoreHeaders(Http2Stream stream, HeaderBlock head, BlockKind kind, bool end, in HttpFault fault)
    {
        HttpFault found = fault;
        bool isInformational = kind == BlockKind.Response && head.Status is >= 100 and < 200;
        if (stream.IsReceiveEnded) found = HttpFault.Protocol("HEADERS follows END_STREAM", HttpErrorCode.StreamClosed);
        else if (!found.IsNone) { }
        else if (kind == BlockKind.Trailers && !end) found = HttpFault.Protocol("trailers do not end the stream");
        else if (isInformational && (end || head.Status == 101)) found = HttpFault.Protocol("an interim response ends the stream, or switches protocols");
        if (!found.IsNone)
        {
            FailStream(stream.Id, in found);
            return false;
        }

        if (isInformational)
        {
            stream.Handler.OnInformational(stream, head);
            return false;
        }

        if (kind == BlockKind.Response)
        {
            stream.GiveHead(head);
            bool hasBody = !stream.IsHeadRequest && head.Status is not (204 or 304);
            stream.Expected = hasBody ? head.ContentLength : end ? -1 : 0;
        }

        if (end && stream.Expected > 0)
        {
            FailStream(stream.Id, HttpFault.Protocol("content-length differs from the body"));
            return kind == BlockKind.Response;
        }

        if (end) stream.MarkReceiveEnded();
        if (kind == BlockKind.Response) stream.Handler.OnHead(stream, head, end);
        else stream.Handler.OnTrailers(stream, head);
        if (end) CloseIfOver(stream);
        return kind == BlockKind.Response;
    }
}
