using System.Runtime.InteropServices;
using System.Text;
using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>
/// TLS 1.3 over another transport, whose handler it becomes. Bytes that the other transport still keeps (a peeked ClientHello) are
/// used. The time limit of the handshake is the caller's: <see cref="Transport.Abort"/>.
/// </summary>
public sealed unsafe class TlsTransport : Transport, ITransportHandler, IWarm
{
    private const int MaxRecord = 16 * 1024;

    // Records in one trim interval of the loop from which on a connection is busy.
    private const int BusyRecords = 16;

    private readonly Transport _inner;
    private readonly string? _expectedIdentity;
    private ITlsHandshakeHandler? _handshakeHandler;
    private GCHandle _self;
    private nint _ssl;
    private byte* _input;
    private int _inputLength;
    private bool _pumping;
    private bool _pumpIsDue;
    private bool _innerEnded;
    private bool _closeNotifySent;
    private int _records;

    private TlsTransport(Transport inner, TlsContext context, string? expectedIdentity, ITlsHandshakeHandler handler)
        : base(inner.Loop)
    {
        _inner = inner;
        _expectedIdentity = expectedIdentity;
        _handshakeHandler = handler;
        _ssl = Ssl.New(context.Handle);
        if (_ssl == 0) throw new TlsException($"SSL_new: {TlsErrors.Take()}");
        _self = GCHandle.Alloc(this);
        nint bio = TlsCallbacks.NewBio(_self);
        Ssl.SetBio(_ssl, bio, bio);
        _ = Ssl.SetExData(_ssl, 0, GCHandle.ToIntPtr(_self));
    }

    /// <summary>The handshake has succeeded.</summary>
    public bool IsHandshakeCompleted { get; private set; }

    /// <summary>First DNS or URI name of the verified peer certificate; null when it presented none, or one without such names.</summary>
    public string? PeerIdentity { get; private set; }

    /// <summary>The SNI that the client sent (server) or that we sent (client).</summary>
    public string? ServerName { get; private set; }

    /// <summary>The protocol that ALPN chose; null when none.</summary>
    public string? Alpn { get; private set; }

    /// <summary>Name of the cipher suite, once the handshake is done.</summary>
    public string? CipherSuite => IsHandshakeCompleted && _ssl != 0 ? Marshal.PtrToStringUTF8((nint)Ssl.CipherName(Ssl.CurrentCipher(_ssl))) : null;

    /// <summary>The transport below.</summary>
    public Transport Inner => _inner;

    public override SocketAddress LocalAddress => _inner.LocalAddress;

    public override SocketAddress RemoteAddress => _inner.RemoteAddress;

    public override long PendingOutput => Output.Length + _inner.PendingOutput;

    /// <summary>OpenSSL keeps its buffers between records rather than to allocate them for each.</summary>
    internal bool IsWarm { get; private set; }

    /// <summary>Depth of the certificate at which verification stopped.</summary>
    internal int VerifyDepth { get; set; }

    /// <summary>Accepts TLS on <paramref name="inner"/>.</summary>
    public static TlsTransport Server(Transport inner, TlsServerContext context, ITlsHandshakeHandler handler)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(context);
        var transport = new TlsTransport(inner, context, expectedIdentity: null, handler);
        Ssl.SetAcceptState(transport._ssl);
        transport.Begin();
        return transport;
    }

    /// <summary>Starts TLS on <paramref name="inner"/>.</summary>
    public static TlsTransport Client(Transport inner, TlsClientContext context, TlsClientOptions options, ITlsHandshakeHandler handler)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        var transport = new TlsTransport(inner, context, options.ExpectedIdentity, handler);
        Ssl.SetConnectState(transport._ssl);
        transport.Apply(options);
        transport.Begin();
        transport.ScheduleDeferred();
        return transport;
    }

    public override void Write(ReadOnlySpan<byte> data)
    {
        if (data.Length >= MaxRecord && Output.Length == 0 && IsHandshakeCompleted && !IsClosed && !IsWriteClosed)
        {
            fixed (byte* start = data)
            {
                if (!Encrypt(start, data.Length)) return;
            }

            ScheduleDeferred();
            return;
        }

        base.Write(data);
    }

    public override void Flush()
    {
        if (IsClosed) return;
        if (!IsHandshakeCompleted)
        {
            if (!_pumping && !_innerEnded) Handshake();
            return;
        }

        while (Output.Head is { } head && Output.Length > 0)
        {
            if (head.Used > 0 && !Encrypt(head.Pointer + head.Start, head.Used)) return;
            Output.Consume(head.Used);
        }

        Output.Clear();
        FinishWriting();
        if (_pumpIsDue && WantsInput && !_pumping)
        {
            // What OpenSSL holds is offered when reading was resumed; nothing else would ask for it.
            _pumpIsDue = false;
            PumpInput();
        }

        if (!IsClosed && _inner.PendingOutput == 0) NotifyDrained();
    }

    public override void CloseWrite()
    {
        if (IsWriteClosed) return;
        IsWriteClosed = true;
        ScheduleDeferred();
    }

    public override void Close()
    {
        if (IsClosed || Discarding) return;
        Discarding = true;
        DropRest();
        if (!IsHandshakeCompleted) _inner.Close();
        CloseWrite();
    }

    public override void Abort(TransportFaultKind reason = TransportFaultKind.Aborted)
    {
        if (IsClosed) return;
        _inner.Abort(reason);
        Finish(new TransportFault(reason));
    }

    int ITransportHandler.OnData(ReadOnlySpan<byte> data)
    {
        if (IsClosed || Discarding) return data.Length;
        fixed (byte* start = data)
        {
            _input = start;
            _inputLength = data.Length;
            if (!IsHandshakeCompleted) Handshake();
            if (IsHandshakeCompleted) PumpInput();
            int consumed = data.Length - _inputLength;
            _input = null;
            _inputLength = 0;
            if (IsClosed || Discarding) return data.Length;
            // Nobody takes plaintext now (paused, or between two handlers): the peer is to feel it.
            if (IsHandshakeCompleted && !WantsInput) _inner.PauseReading();
            return consumed;
        }
    }

    void ITransportHandler.OnReadClosed()
    {
        _innerEnded = true;
        if (IsClosed || IsReadClosed || Discarding) return;
        if (!IsHandshakeCompleted) Fail(Truncated("the peer closed during the handshake"));
        else if (WantsInput) PumpInput();
    }

    void ITransportHandler.OnDrained()
    {
        if (!IsClosed && IsHandshakeCompleted && Output.Length == 0) NotifyDrained();
    }

    void ITransportHandler.OnClosed(TransportFault fault) => Finish(fault);

    bool IWarm.TryCool()
    {
        bool isBusy = _records >= BusyRecords;
        _records = 0;
        if (isBusy) return false;
        IsWarm = false;
        Ssl.Ctrl(_ssl, Ssl.CtrlMode, Ssl.ModeReleaseBuffers, null);
        // What still holds part of a record stays, and is released with that record.
        _ = Ssl.FreeBuffers(_ssl);
        return true;
    }

    /// <summary>Gives ciphertext to OpenSSL.</summary>
    internal int TakeInput(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, _inputLength);
        if (count <= 0) return 0;
        new ReadOnlySpan<byte>(_input, count).CopyTo(destination);
        _input += count;
        _inputLength -= count;
        return count;
    }

    /// <summary>Takes ciphertext from OpenSSL; the transport below sends it at the end of the turn.</summary>
    internal void PutOutput(ReadOnlySpan<byte> data) => _inner.Append(data);

    /// <summary>The leaf carries the identity that the caller expects.</summary>
    internal bool IsExpected(nint leaf) => _expectedIdentity is null || SubjectAltNames.Contains(leaf, _expectedIdentity);

    protected override void OnReadingWanted()
    {
        if (IsClosed) return;
        _inner.ResumeReading();
        if (!IsHandshakeCompleted) return;
        _pumpIsDue = true;
        ScheduleDeferred();
    }

    protected override void OnReadingUnwanted()
    {
        if (IsHandshakeCompleted) _inner.PauseReading();
    }

    private protected override void Fail(TransportFault fault)
    {
        if (IsClosed) return;
        // In order, so that the alert that OpenSSL wrote reaches the peer.
        _inner.Close();
        Finish(fault);
    }

    private protected override void Release(TransportFault fault)
    {
        if (IsWarm) Loop.Warm.Remove(this);
        IsWarm = false;
        nint ssl = _ssl;
        _ssl = 0;
        Ssl.Free(ssl);
        _self.Free();
        if (_handshakeHandler is not { } handler) return;
        _handshakeHandler = null;
        TransportFault reported = fault.IsNone ? Truncated("the connection ended during the handshake") : fault;
        // Not from inside the caller's call: the loop reports it like OnClosed.
        Handler = new FailedHandshake(handler, reported);
    }

    private static TransportFault Truncated(string detail) => TransportFault.OfTls(new TlsFailure(TlsFailureKind.Truncated, -1, detail));

    private void Begin()
    {
        if (_inner.IsReadingPaused) _inner.ResumeReading();
        _inner.Handler = this;
    }

    private void Apply(TlsClientOptions options)
    {
        if (options.ServerName is { } name)
        {
            ServerName = name;
            fixed (byte* text = Encoding.ASCII.GetBytes(name + '\0')) _ = Ssl.Ctrl(_ssl, Ssl.CtrlHostName, 0, text);
        }

        if (options.Alpn.Count == 0) return;
        byte* list = (byte*)AlpnList.Get([.. options.Alpn]);
        _ = Ssl.SetAlpn(_ssl, list + 4, *(uint*)list);
    }

    private void Handshake()
    {
        Crypto.ClearErrors();
        _pumping = true;
        int result = Ssl.DoHandshake(_ssl);
        _pumping = false;
        if (result == 1)
        {
            CompleteHandshake();
            return;
        }

        int error = Ssl.GetError(_ssl, result);
        if (error is not (Ssl.ErrorWantRead or Ssl.ErrorWantWrite)) Fail(TransportFault.OfTls(TlsErrors.Classify(_ssl, VerifyDepth)));
    }

    private void CompleteHandshake()
    {
        IsHandshakeCompleted = true;
        nint certificate = Ssl.PeerCertificate(_ssl);
        PeerIdentity = certificate == 0 ? null : SubjectAltNames.First(certificate);
        ServerName ??= Marshal.PtrToStringUTF8((nint)Ssl.ServerName(_ssl, 0));
        byte* protocol;
        uint length;
        Ssl.AlpnSelected(_ssl, &protocol, &length);
        if (length > 0) Alpn = Encoding.ASCII.GetString(protocol, (int)length);
        Crypto.ClearErrors();
        ITlsHandshakeHandler handler = _handshakeHandler!;
        _handshakeHandler = null;
        if (!WantsInput) _inner.PauseReading();
        ScheduleDeferred();
        try
        {
            handler.OnHandshakeCompleted(this);
        }
        catch (Exception exception) when (Loop.Report(exception))
        {
            Abort(TransportFaultKind.Handler);
        }
    }

    /// <summary>Decrypts what there is and offers it, record after record in one buffer.</summary>
    private void PumpInput()
    {
        if (_pumping) return;
        _pumping = true;
        try
        {
            DeliverDueRest();
            while (WantsInput && !IsReadClosed && !Discarding)
            {
                if (InputBuffer(BufferSize.Medium) is not { } buffer) return;
                int error = Decrypt(buffer, out int count);
                BytesRead += count;
                if (count > 0) Deliver(buffer);
                else KeepUnchanged(buffer);
                if (IsClosed || error == 0) continue;
                if (AfterRead(error)) return;
            }
        }
        finally
        {
            _pumping = false;
        }
    }

    /// <summary>Fills the buffer; returns 0 when it is full and there may be more, else why it stopped.</summary>
    private int Decrypt(LoopBuffer buffer, out int count)
    {
        count = 0;
        CountRecord();
        while (buffer.End < buffer.Length)
        {
            int result = Ssl.Read(_ssl, buffer.Pointer + buffer.End, buffer.Length - buffer.End);
            if (result <= 0) return ReasonOf(result);
            buffer.End += result;
            count += result;
            if (_inputLength == 0 && Ssl.HasPending(_ssl) == 0) return Ssl.ErrorWantRead;
        }

        return 0;
    }

    // SSL_get_error looks at the thread's error queue first, which would have to be emptied before every read. That more must come
    // is known without it; who fails empties the queue.
    private int ReasonOf(int result) => Ssl.Want(_ssl) == Ssl.Reading ? Ssl.ErrorWantRead : Ssl.GetError(_ssl, result);

    /// <summary>True when nothing more can be read now.</summary>
    private bool AfterRead(int error)
    {
        switch (error)
        {
            case Ssl.ErrorWantRead or Ssl.ErrorWantWrite:
                // Also when the handler left something: it was offered all that will ever come.
                if (_innerEnded && WantsInput) Fail(Truncated("the peer closed without close_notify"));
                return true;
            case Ssl.ErrorZeroReturn:
                PeerEnded();
                if (_closeNotifySent) _inner.Close();
                else if (!IsClosed) _inner.ResumeReading();
                return true;
            default:
                Fail(TransportFault.OfTls(TlsErrors.Classify(_ssl, VerifyDepth)));
                return true;
        }
    }

    private bool Encrypt(byte* data, int length)
    {
        CountRecord();
        while (length > 0)
        {
            int written = Ssl.Write(_ssl, data, length);
            if (written <= 0)
            {
                Fail(TransportFault.OfTls(TlsErrors.Classify(_ssl, VerifyDepth)));
                return false;
            }

            data += written;
            length -= written;
            BytesWritten += written;
        }

        return true;
    }

    private void CountRecord()
    {
        if (++_records >= BusyRecords && !IsWarm) KeepBuffers();
    }

    private void KeepBuffers()
    {
        _records = 0;
        if (!Loop.Warm.TryAdd(this)) return;
        IsWarm = true;
        Ssl.Ctrl(_ssl, Ssl.CtrlClearMode, Ssl.ModeReleaseBuffers, null);
    }

    private void FinishWriting()
    {
        if (!IsWriteClosed || _closeNotifySent) return;
        _closeNotifySent = true;
        _ = Ssl.Shutdown(_ssl);
        Crypto.ClearErrors();
        if (IsReadClosed || Discarding) _inner.Close();
        else _inner.CloseWrite();
    }

    private sealed class FailedHandshake(ITlsHandshakeHandler handler, TransportFault fault) : ITransportHandler
    {
        public int OnData(ReadOnlySpan<byte> data) => data.Length;

        public void OnReadClosed()
        {
        }

        public void OnDrained()
        {
        }

        public void OnClosed(TransportFault closed) => handler.OnHandshakeFailed(fault);
    }
}
