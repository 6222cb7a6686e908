using Linkerd.Http;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Http;

/// <summary>
/// Couples a server's stream with a client's: what one receives the other sends, and credit is given back as the bytes leave. Body bytes
/// that come before a client stream is open are kept, at most the window that the peer was granted.
/// </summary>
internal sealed partial class RelayExchange : HttpExchange, IHttpStreamHandler, IHttpCall
{
    private readonly ExchangePool _pool;
    private readonly ClientSide _clientSide;
    private ServerConnection? _connection;
    private HttpStream? _server;
    private HttpStream? _client;
    private HttpClient? _opening;
    private HttpClient? _opener;
    private HttpClientTarget? _target;
    private bool _requestEnded;
    private bool _bodySent;
    private bool _retried;
    private bool _isUpgraded;
    private bool _answering;
    private bool _attemptEnded;
    private bool _responseEnded;
    private bool _finishing;
    private long _requestBytes;
    private long _responseBytes;

    public RelayExchange(Worker worker, ExchangePool pool)
    {
        Worker = worker;
        _pool = pool;
        _clientSide = new ClientSide(this);
    }

    public override Worker Worker { get; }

    public override HttpPeer Peer => _connection!.Peer;

    public override HeaderBlock Request => _server!.Head;

    public override long RequestBytes => _server?.BytesReceived ?? _requestBytes;

    public override long ResponseBytes => _server?.BytesSent ?? _responseBytes;

    public IHttpStreamHandler StreamHandler => _clientSide;

    private bool IsHttp2 => _connection!.Options.Protocol == HttpProtocol.Http2;

    public void Begin(HttpStream server, ServerConnection connection)
    {
        _server = server;
        _connection = connection;
    }

    public void OnInformational(HttpStream stream, HeaderBlock head)
    {
    }

    public void OnHead(HttpStream stream, HeaderBlock head, bool end)
    {
        StartedAt = AttemptedAt = Worker.Loop.Now;
        if (end) EndRequest();
        HeaderHygiene.OnRequest(head, _connection!.Options.Direction, Peer.IsMeshed);
        _isUpgraded = IsHttp2 && head.Contains(KnownHeader.L5dOrigProto);
        _connection.Service.Call(this);
    }

    public void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end)
    {
        if (_hasLimits) _activeAt = Worker.Loop.Now;
        if (end) EndRequest();
        Frames?.OnRequest(data.Length);
        if (_client is { IsSendEnded: false } client)
        {
            _bodySent = true;
            if (_replays) KeepForLater(data);
            OnRequestSent(client.SendData(data, end));
        }
        else if (_answering || (_attemptEnded && !_betweenAttempts) || _client is not null)
        {
            stream.Consumed(data.Length);
        }
        else
        {
            Keep(data);
        }
    }

    public void OnTrailers(HttpStream stream, HeaderBlock trailers)
    {
        EndRequest();
        bool isOpen = _client is { IsSendEnded: false };
        if (_replays || (_client is null && !_answering && !_attemptEnded))
        {
            _keptTrailers = Worker.Http.RentHead();
            _keptTrailers.CopyFrom(trailers);
        }

        if (isOpen) _client!.SendTrailers(trailers);
    }

    public void OnSent(HttpStream stream, int count) => _client?.Consumed(count);

    public void OnReset(HttpStream stream, in HttpFault fault)
    {
        if (!_answering && !_responseEnded)
        {
            Fault = fault;
            IsClientGone = true;
            IsStatusLost = _server is not null && Status != 0 && GrpcStatus < 0 && IsGrpc;
        }

        LeaveServer();

        LeaveAttempt();
        EndAttempt();
        Finish();
    }

    public void OnClosed(HttpStream stream)
    {
        LeaveServer();
        if (_client is null) Finish();
    }

    public override void Forward(HttpClient client, IExchangeObserver? attempt)
    {
        Attempt = attempt;
        _attemptEnded = false;
        _target = (client as EndpointClient)?.Target;
        _opening = _opener = client;
        client.Open(this);
    }

    public void OnStream(HttpStream stream, HttpClient client)
    {
        _opening = null;
        _client = stream;
        HeaderBlock head = Request;
        if (_target is { } target) OriginalProtocol.PrepareRequest(head, target);
        bool end = _requestEnded && _keptLength == 0 && _keptTrailers is null;
        stream.SendHead(head, end);
        if (_keptLength > 0) SendKept(stream);
        if (_keptTrailers is { } trailers)
        {
            stream.SendTrailers(trailers);
            if (!_replays) DropTrailers();
        }
    }

    public void OnFailed(ProxyError error)
    {
        _opening = null;
        if (!TryElsewhere(error)) FailAttempt(error);
    }

    public override void Respond(ProxyError error)
    {
        Error = error;
        EndAttempt();
        if (_server is not { } server || TryRetry()) return;
        ErrorAnswer answer = ErrorTable.Of(in error);
        bool grpc = IsGrpc;
        bool headers = _connection!.Options.EmitHeaders && (_connection.Options.Direction == Direction.Outbound || Peer.IsAuthenticated);
        HeaderBlock head = Worker.Http.RentHead();
        ErrorResponse.Write(head, answer, error.Message, grpc, headers);
        if (answer.ClosesConnection && _isUpgraded && headers) head.Add(KnownHeader.L5dProxyConnection, "close"u8);
        if (answer.ClosesConnection && !IsHttp2) server.CloseConnectionAfter();
        Status = head.Status;
        GrpcStatus = grpc ? answer.GrpcCode : -1;
        Answer(server, head);
        Worker.Http.Return(head);
    }

    private void Answer(HttpStream server, HeaderBlock head)
    {
        _answering = true;
        _responseEnded = true;
        RespondedAt = Worker.Loop.Now;
        StopReplay(server);
        Observer?.OnResponse(this, head);
        server.SendHead(head, end: true);
        // A client that still uploads is told to stop (HTTP/2), or its body is dropped up to a limit (HTTP/1).
        if (_server is null || _requestEnded) return;
        LeaveServer();
        server.Reset(HttpErrorCode.NoError);
        Finish();
    }

    private void LeaveServer()
    {
        if (_server is not { } server) return;
        _requestBytes = server.BytesReceived;
        _responseBytes = server.BytesSent;
        _server = null;
    }

    /// <summary>The attempt brought no answer: the client gets one from the proxy.</summary>
    private void FailAttempt(ProxyError error)
    {
        Error = error;
        EndAttempt();
        if (_server is null) Finish();
        else Respond(error);
    }

    private void EndAttempt()
    {
        if (_attemptEnded) return;
        _attemptEnded = true;
        Attempt?.OnEnd(this);
        Attempts?.OnAttemptEnd(this);
    }

    private void OnClientHead(HttpStream client, HeaderBlock head, bool end)
    {
        RespondedAt = Worker.Loop.Now;
        Status = head.Status;
        ReadGrpcStatus(head);
        Attempt?.OnResponse(this, head);
        if (Attempts is not null && Withholds(client, end)) return;
        RelayHead(head, end);
    }

    private void RelayHead(HeaderBlock head, bool end)
    {
        Observer?.OnResponse(this, head);
        _responseEnded = end;
        if (_server is not { } server) return;
        if (_hasLimits) OnHeadRelayed(head);
        if (_keeps) StopReplay(server);
        if (HeaderHygiene.OnResponse(head, _connection!.Options.Direction, _connection.Options.EmitHeaders)) server.CloseConnectionAfter();
        if (_target is { } target) OriginalProtocol.PrepareResponse(head, Request, target);
        server.SendHead(head, end);
    }

    private void OnClientData(HttpStream client, ReadOnlySpan<byte> data, bool end)
    {
        if (_hasLimits) _activeAt = Worker.Loop.Now;
        if (_headHeld) ReleaseHead(client);
        _responseEnded |= end;
        Frames?.OnResponse(data.Length);
        if (_server is not { } server)
        {
            client.Consumed(data.Length);
            return;
        }

        int sent = server.SendData(data, end);
        if (sent > 0 && _client is not null) client.Consumed(sent);
    }

    private void OnClientTrailers(HttpStream client, HeaderBlock trailers)
    {
        ReadGrpcStatus(trailers);
        Tap?.OnTrailers(trailers);
        if (_headHeld && DropsHeld(client)) return;
        _responseEnded = true;
        _server?.SendTrailers(trailers);
    }

    private void OnClientReset(in HttpFault fault)
    {
        _client = null;
        if (_headHeld) ForgetHead();
        if (_responseEnded)
        {
            // The server answered in full and stopped reading the request: an ordinary end.
            EndAttempt();
            StopServer();
            return;
        }

        if (Status == 0 && fault.IsRetryable && !_bodySent && _server is not null && SendsAgain()) return;

        if (Status == 0 && Attempts is not null)
        {
            Fault = fault;
            EndAttempt();
            if (_server is not null && TryRetry()) return;
        }

        if (Status == 0 && IsHttp2 && fault.Origin == HttpFaultOrigin.Peer && _server is { } resetServer)
        {
            // Both speak HTTP/2: the client learns the server's own reason.
            Fault = fault;
            EndAttempt();
            LeaveServer();
            resetServer.Reset(fault.Code);
            Finish();
            return;
        }

        if (Status == 0)
        {
            FailAttempt(ProxyError.Of(fault.Origin == HttpFaultOrigin.Connection ? ProxyErrorKind.Io : ProxyErrorKind.PeerReset));
            return;
        }

        Fault = fault;
        EndAttempt();
        if (_server is { } server)
        {
            LeaveServer();
            server.Reset(fault.Code == HttpErrorCode.NoError ? HttpErrorCode.InternalError : fault.Code);
        }

        Finish();
    }

    private void StopServer()
    {
        if (_server is not { } server)
        {
            Finish();
            return;
        }

        if (server.IsReceiveEnded) return;
        LeaveServer();
        server.Reset(HttpErrorCode.NoError);
        Finish();
    }

    private void OnClientClosed()
    {
        _client = null;
        EndAttempt();
        if (_server is null) Finish();
    }

    private void ReadGrpcStatus(HeaderBlock head)
    {
        if (!head.TryGet(KnownHeader.GrpcStatus, out ReadOnlySpan<byte> value)) return;
        GrpcStatus = System.Buffers.Text.Utf8Parser.TryParse(value, out int code, out int used) && used == value.Length ? code : 2;
    }

    private void Finish()
    {
        if (_finishing || _server is not null || _client is not null || _opening is not null) return;
        _finishing = true;
        EndAttempt();
        Observer?.OnEnd(this);
        ResetReplay();
        EndTimeouts();
        Observer = Attempt = null;
        Attempts = null;
        Unsent = null;
        _moves = 0;
        Classifier = null;
        Waiting = null;
        RouteState = null;
        InboundRoute = null;
        Frames = null;
        RouteLabels = null;
        Tap = null;
        Logged = null;
        Span = null;
        _target = null;
        _connection = null;
        Status = 0;
        GrpcStatus = -1;
        Error = default;
        Fault = default;
        StartedAt = RequestEndedAt = RespondedAt = AttemptedAt = _requestBytes = _responseBytes = 0;
        _opener = null;
        IsAttemptPending = _requestEnded = IsClientGone = IsStatusLost = _bodySent = _retried = _isUpgraded = _answering = _attemptEnded = _responseEnded = _finishing = false;
        _pool.Return(this);
    }

    /// <summary>What the client's stream receives.</summary>
    private sealed class ClientSide(RelayExchange owner) : IHttpStreamHandler
    {
        public void OnInformational(HttpStream stream, HeaderBlock head) => owner._server?.SendInformational(head);

        public void OnHead(HttpStream stream, HeaderBlock head, bool end) => owner.OnClientHead(stream, head, end);

        public void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end) => owner.OnClientData(stream, data, end);

        public void OnTrailers(HttpStream stream, HeaderBlock trailers) => owner.OnClientTrailers(stream, trailers);

        public void OnSent(HttpStream stream, int count) => owner.OnRequestSent(count);

        public void OnReset(HttpStream stream, in HttpFault fault) => owner.OnClientReset(in fault);

        public void OnClosed(HttpStream stream) => owner.OnClientClosed();
    }
}
