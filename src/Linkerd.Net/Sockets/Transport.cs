namespace Linkerd.Net;

/// <summary>
/// A duplex byte stream that lives on one event loop. Output is appended to pooled buffers and flushed once, at the end of the
/// turn; input is pushed to the <see cref="Handler"/>. After the end, writes are ignored and spans lead nowhere, so callers need not check.
/// </summary>
public abstract class Transport : IDeferred
{
    /// <summary>Bytes a handler may leave unconsumed without pausing: 64 KiB.</summary>
    public const int MaxRetained = 64 * 1024;

    private ITransportHandler? _handler;
    private LoopBuffer? _rest;
    private bool _restIsDue;
    private bool _delivering;
    private bool _deferred;
    private bool _closedPending;
    private bool _readClosedPending;
    private TransportFault _fault;

    protected Transport(EventLoop loop)
    {
        ArgumentNullException.ThrowIfNull(loop);
        Loop = loop;
        Output = new OutputChain(loop.Buffers);
    }

    public EventLoop Loop { get; }

    /// <summary>
    /// Who gets the input. Until one is set nothing is read. It may be replaced at any time, also from inside OnData: what
    /// the old one left unconsumed is offered to the new one, and it too hears when the peer's direction has ended.
    /// </summary>
    public ITransportHandler? Handler
    {
        get => _handler;
        set
        {
            _handler = value;
            if (value is null) return;
            if (IsReadClosed && !IsClosed)
            {
                _readClosedPending = true;
                ScheduleDeferred();
            }

            if (_delivering) return;
            _restIsDue = true;
            if (_rest is not null || _closedPending || _readClosedPending) ScheduleDeferred();
            OnReadingWanted();
        }
    }

    /// <summary>Address of this end of the connection.</summary>
    public abstract SocketAddress LocalAddress { get; }

    /// <summary>Address of the peer.</summary>
    public abstract SocketAddress RemoteAddress { get; }

    /// <summary>Bytes taken from the layer below, before any handler saw them.</summary>
    public long BytesRead { get; protected set; }

    /// <summary>Bytes handed to the layer below.</summary>
    public long BytesWritten { get; protected set; }

    /// <summary>Bytes written here and not yet handed to the kernel, all layers.</summary>
    public abstract long PendingOutput { get; }

    /// <summary>Bytes the handler left unconsumed.</summary>
    public int RetainedInput => _rest?.Used ?? 0;

    public bool IsReadingPaused { get; private set; }

    /// <summary>The peer ended its direction.</summary>
    public bool IsReadClosed { get; protected set; }

    /// <summary><see cref="CloseWrite"/> or <see cref="Close"/> was called.</summary>
    public bool IsWriteClosed { get; protected set; }

    /// <summary>Nothing moves any more; OnClosed was or is about to be called.</summary>
    public bool IsClosed { get; private set; }

    private protected OutputChain Output { get; }

    /// <summary><see cref="Close"/> was called: what still arrives is thrown away.</summary>
    private protected bool Discarding { get; set; }

    /// <summary>Room for at least <paramref name="sizeHint"/> bytes (at most 64 KiB), to be followed by <see cref="Advance"/>.</summary>
    public Span<byte> GetSpan(int sizeHint = 0) => Output.GetSpan(sizeHint);

    /// <summary>Appends the first <paramref name="count"/> bytes of the last span to the output and schedules a flush.</summary>
    public void Advance(int count)
    {
        if (IsClosed || IsWriteClosed)
        {
            Output.DropTail();
            return;
        }

        Output.Advance(count);
        if (count > 0) ScheduleDeferred();
    }

    /// <summary>Appends a copy of <paramref name="data"/> and schedules a flush; large data may be sent at once.</summary>
    public virtual void Write(ReadOnlySpan<byte> data) => Append(data);

    /// <summary>Appends without ever sending at once: for a layer above, whose records are to share one system call.</summary>
    internal void Append(ReadOnlySpan<byte> data)
    {
        if (IsClosed || IsWriteClosed || data.IsEmpty) return;
        Output.Write(data);
        ScheduleDeferred();
    }

    /// <summary>Sends what is pending now rather than at the end of the turn. Seldom needed.</summary>
    public abstract void Flush();

    /// <summary>Stops OnData and lets the peer feel it, through TCP's window. Bytes already read are kept.</summary>
    public void PauseReading()
    {
        if (IsReadingPaused) return;
        IsReadingPaused = true;
        OnReadingUnwanted();
    }

    /// <summary>Undoes <see cref="PauseReading"/>; kept bytes are offered again by the end of the turn.</summary>
    public void ResumeReading()
    {
        if (!IsReadingPaused) return;
        IsReadingPaused = false;
        if (IsClosed) return;
        _restIsDue = true;
        if (_rest is not null || _readClosedPending || _delivering) ScheduleDeferred();
        OnReadingWanted();
    }

    /// <summary>Ends our direction after what is pending was sent (FIN; TLS: close_notify first). Reading goes on. When both directions have ended the transport closes.</summary>
    public abstract void CloseWrite();

    /// <summary>
    /// Closes in order: sends what is pending, for as long as the peer takes it, ends our direction, and discards what still comes until the
    /// peer ends or <see cref="LingerLimit"/> passes. OnData is not called any more.
    /// </summary>
    public abstract void Close();

    /// <summary>Closes at once; what is pending is dropped and the peer sees a reset. OnClosed follows in this turn.</summary>
    public abstract void Abort(TransportFaultKind reason = TransportFaultKind.Aborted);

    /// <summary>How long <see cref="Close"/> waits for the peer to end after everything was sent.</summary>
    public static TimeSpan LingerLimit { get; } = TimeSpan.FromSeconds(2);

    void IDeferred.RunDeferred()
    {
        _deferred = false;
        if (_closedPending)
        {
            if (_handler is not { } handler) return;
            _closedPending = false;
            handler.OnClosed(_fault);
            return;
        }

        DeliverDueRest();
        if (_readClosedPending && !IsClosed) DeliverReadClosed();
        if (!IsClosed) Flush();
    }

    /// <summary>Reading may start or go on.</summary>
    protected abstract void OnReadingWanted();

    /// <summary>Reading was paused.</summary>
    protected virtual void OnReadingUnwanted()
    {
    }

    private protected void ScheduleDeferred()
    {
        if (_deferred) return;
        _deferred = true;
        Loop.Defer(this);
    }

    /// <summary>A handler is there and wants input.</summary>
    private protected bool WantsInput => _handler is not null && !IsReadingPaused && !IsClosed;

    /// <summary>Where the next bytes go: behind the unconsumed rest, or a rented buffer. Null when the rest is full: the transport has then been ended or waits.</summary>
    private protected LoopBuffer? InputBuffer(BufferSize size)
    {
        if (_rest is not { } rest) return Loop.Buffers.Rent(size);
        if (rest.Used >= MaxRetained)
        {
            Fail(new TransportFault(TransportFaultKind.InputOverflow));
            return null;
        }

        // A read without room would look like the peer's end.
        if (rest.Length - rest.End < 4096 || (rest.Length <= MaxRetained && rest.Start > 0)) rest = GrowRest(rest);
        _rest = null;
        return rest;
    }

    /// <summary>Offers the buffer's bytes (from Start to End) and keeps or returns it.</summary>
    private protected void Deliver(LoopBuffer buffer)
    {
        Offer(buffer);
        if (buffer.Used == 0 || IsClosed || Discarding)
        {
            Loop.Buffers.Return(buffer);
            return;
        }

        Keep(buffer);
    }

    /// <summary>Offers kept bytes again if reading was resumed or the handler replaced since they were last offered.</summary>
    private protected void DeliverDueRest()
    {
        if (!_restIsDue || IsReadingPaused || _handler is null) return;
        _restIsDue = false;
        if (_rest is not null) DeliverRest();
    }

    /// <summary>Puts back a buffer into which nothing was read.</summary>
    private protected void KeepUnchanged(LoopBuffer buffer)
    {
        if (buffer.Used == 0) Loop.Buffers.Return(buffer);
        else _rest = buffer;
    }

    /// <summary>The peer ended its direction: offers the rest, then says so.</summary>
    private protected void PeerEnded()
    {
        if (IsReadClosed || IsClosed) return;
        IsReadClosed = true;
        if (_rest is not null && _handler is not null && !IsReadingPaused && !_delivering) DeliverRest();
        if (!IsClosed) DeliverReadClosed();
    }

    /// <summary>Ends the transport: releases everything and schedules OnClosed.</summary>
    private protected void Finish(TransportFault fault)
    {
        if (IsClosed) return;
        IsClosed = true;
        IsReadClosed = IsWriteClosed = true;
        _fault = fault;
        _closedPending = true;
        _readClosedPending = false;
        if (_rest is { } rest)
        {
            _rest = null;
            Loop.Buffers.Return(rest);
        }

        Output.Clear();
        Release(fault);
        ScheduleDeferred();
    }

    /// <summary>Ends the transport because of a fault.</summary>
    private protected virtual void Fail(TransportFault fault) => Finish(fault);

    /// <summary>Gives back what the layer holds. Called once.</summary>
    private protected abstract void Release(TransportFault fault);

    private protected void NotifyDrained()
    {
        if (IsClosed || _handler is not { } handler) return;
        try
        {
            handler.OnDrained();
        }
        catch (Exception exception) when (Loop.Report(exception))
        {
            Abort(TransportFaultKind.Handler);
        }
    }

    /// <summary>The bytes kept are dropped; used when closing in order.</summary>
    private protected void DropRest()
    {
        if (_rest is not { } rest) return;
        _rest = null;
        Loop.Buffers.Return(rest);
    }

    private void DeliverRest()
    {
        if (_handler is null) return;
        LoopBuffer rest = _rest!;
        _rest = null;
        Deliver(rest);
    }

    private void DeliverReadClosed()
    {
        // Kept bytes come first: a paused handler hears of the end when it has resumed.
        if (_handler is not { } handler || (IsReadingPaused && _rest is not null))
        {
            _readClosedPending = true;
            return;
        }

        _readClosedPending = false;
        try
        {
            handler.OnReadClosed();
        }
        catch (Exception exception) when (Loop.Report(exception))
        {
            Abort(TransportFaultKind.Handler);
        }
    }

    private void Offer(LoopBuffer buffer)
    {
        _delivering = true;
        try
        {
            while (buffer.Used > 0 && !IsClosed && !Discarding && !IsReadingPaused && _handler is { } handler)
            {
                int consumed = handler.OnData(buffer.Span[buffer.Start..buffer.End]);
                if ((uint)consumed > (uint)buffer.Used) throw new InvalidOperationException($"handler consumed {consumed} of {buffer.Used} bytes");
                buffer.Start += consumed;
                if (ReferenceEquals(handler, _handler)) break;
            }
        }
        catch (Exception exception) when (Loop.Report(exception))
        {
            Abort(TransportFaultKind.Handler);
        }
        finally
        {
            _delivering = false;
        }
    }

    private void Keep(LoopBuffer buffer)
    {
        int used = buffer.Used;
        BufferSize fit = used <= LoopBuffer.LengthOf(BufferSize.Small) / 2 ? BufferSize.Small : used <= MaxRetained / 2 ? BufferSize.Medium : buffer.Size;
        if (fit < buffer.Size)
        {
            LoopBuffer smaller = Loop.Buffers.Rent(fit);
            buffer.Span[buffer.Start..buffer.End].CopyTo(smaller.Span);
            smaller.End = used;
            Loop.Buffers.Return(buffer);
            buffer = smaller;
        }

        _rest = buffer;
    }

    /// <summary>Moves the rest to the front of a buffer with room behind it.</summary>
    private LoopBuffer GrowRest(LoopBuffer rest)
    {
        int used = rest.Used;
        if (used <= rest.Length / 2)
        {
            rest.Span[rest.Start..rest.End].CopyTo(rest.Span);
            rest.Start = 0;
            rest.End = used;
            return rest;
        }

        LoopBuffer larger = Loop.Buffers.Rent(rest.Size == BufferSize.Small ? BufferSize.Medium : BufferSize.Large);
        rest.Span[rest.Start..rest.End].CopyTo(larger.Span);
        larger.End = used;
        Loop.Buffers.Return(rest);
        return larger;
    }
}
