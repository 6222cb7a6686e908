using System.Globalization;
using System.Text;
using Google.Protobuf;
using Linkerd.Api.Mapping;
using Linkerd.Api.Services;
using Linkerd.Api.Tap;
using Linkerd.Grpc;
using Linkerd.Grpc.Protocol;
using Linkerd.Http;

namespace Linkerd.Proxy.Tap;

/// <summary>One call to the tap server: reads the request, then sends events until the limit is reached or the observer leaves.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "The deframer is given back when the call ends.")]
internal sealed class TapCall : IHttpStreamHandler, ITapOutput
{
    private const int MaxRequest = 64 * 1024;

    private readonly MessageDeframer _deframer = new(MaxRequest);
    private readonly Worker _worker;
    private readonly TapHub _hub;
    private readonly bool _isPermitted;
    private readonly TapConnection _connection;
    private HttpStream? _stream;
    private TapSession? _session;
    private bool _answered;
    private bool _headSent;

    public TapCall(Worker worker, TapHub hub, bool isPermitted, HttpStream stream, TapConnection connection)
    {
        _connection = connection;
        _worker = worker;
        _hub = hub;
        _isPermitted = isPermitted;
        _stream = stream;
    }

    public void OnInformational(HttpStream stream, HeaderBlock head)
    {
    }

    public void OnHead(HttpStream stream, HeaderBlock head, bool end)
    {
        if (head.TryGet(KnownHeader.GrpcEncoding, out ReadOnlySpan<byte> encoding)) _deframer.Encoding = Encoding.ASCII.GetString(encoding);
        if (head.MethodKind != RequestMethod.Post || !head.TryGet(KnownHeader.ContentType, out ReadOnlySpan<byte> type) || !type.StartsWith("application/grpc"u8))
            Refuse(StatusCode.Internal, "the request is not gRPC");
        else if (!head.Path.SequenceEqual("/io.linkerd.proxy.tap.Tap/Observe"u8)) Refuse(StatusCode.Unimplemented, $"unknown method; known is {TapApi.ObservePath}");
        else if (!_isPermitted) Refuse(StatusCode.Unauthenticated, "Unauthorized client");
        else if (end) Refuse(StatusCode.Internal, "the request ended without a message");
    }

    public void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end)
    {
        int length = data.Length;
        if (_answered)
        {
            stream.Consumed(length);
            return;
        }

        try
        {
            if (_deframer.TryRead(ref data, out ReadOnlySpan<byte> payload)) Observe(ObserveRequest.Parser.ParseFrom(payload));
            else if (end) Refuse(StatusCode.Internal, "the request ended without a message");
        }
        catch (RpcException exception)
        {
            Refuse(exception.StatusCode, exception.Status.Detail);
        }
        catch (InvalidProtocolBufferException exception)
        {
            Refuse(StatusCode.Internal, $"the request cannot be read: {exception.Message}");
        }
        catch (WireException exception)
        {
            Refuse(StatusCode.InvalidArgument, exception.Message);
        }

        if (_stream is not null) stream.Consumed(length);
    }

    public void OnTrailers(HttpStream stream, HeaderBlock trailers)
    {
        if (!_answered) Refuse(StatusCode.Internal, "the request ended without a message");
    }

    public void OnSent(HttpStream stream, int count) => _session?.Sent(count);

    public void OnReset(HttpStream stream, in HttpFault fault) => Leave();

    public void OnClosed(HttpStream stream) => Leave();

    public void OnReady()
    {
        if (_headSent || _stream is not { } stream) return;
        _headSent = true;
        HeaderBlock head = _worker.Http.RentHead();
        head.Status = 200;
        head.Add(KnownHeader.ContentType, "application/grpc"u8);
        stream.SendHead(head, end: false);
        _worker.Http.Return(head);
    }

    public void OnChunk(TapChunk chunk)
    {
        OnReady();
        TapStage stage = _connection.Stage;
        stage.Begin(this);
        chunk.WriteTo(stage);
        stage.End();
    }

    /// <summary>Sends events in slots of <see cref="HttpStream.SlotSize"/>, unless the call is over.</summary>
    public void Send(Span<byte> slots)
    {
        if (_stream is not { } stream || _session is not { } session) return;
        if (stream.TrySendSlots(slots))
        {
            int count = (slots.Length + HttpStream.SlotSize - 1) / HttpStream.SlotSize;
            session.Sent(slots.Length - (count * HttpStream.SlotHeader));
            return;
        }

        for (; !slots.IsEmpty && _stream is not null; slots = slots[Math.Min(slots.Length, HttpStream.SlotSize)..])
        {
            int sent = stream.SendData(slots[HttpStream.SlotHeader..Math.Min(slots.Length, HttpStream.SlotSize)], end: false);
            if (sent > 0) session.Sent(sent);
        }
    }

    public void OnCompleted()
    {
        if (_session is { } session) _hub.End(session, () => Finish(StatusCode.OK, string.Empty));
    }

    private void Observe(ObserveRequest request)
    {
        if (request.Limit == 0)
        {
            Refuse(StatusCode.InvalidArgument, "limit must be positive");
            return;
        }

        TapMatch match = TapMatch.Compile(request.Match);
        bool headers = request.Extract?.Http?.ExtractCase == ObserveRequest.Types.Extract.Types.Http.ExtractOneofCase.Headers;
        if (_hub.Begin(request.Limit, match, headers, this) is not { } session)
        {
            Refuse(StatusCode.ResourceExhausted, $"{TapHub.MaxSessions} taps are open already");
            return;
        }

        _answered = true;
        _session = session;
    }

    private void Refuse(StatusCode code, string message)
    {
        if (_answered || _stream is not { } stream) return;
        _answered = true;
        HeaderBlock head = _worker.Http.RentHead();
        head.Status = 200;
        head.Add(KnownHeader.ContentType, "application/grpc"u8);
        AddStatus(head, code, message);
        stream.SendHead(head, end: true);
        _worker.Http.Return(head);
        Leave();
    }

    private void Finish(StatusCode code, string message)
    {
        if (_stream is not { } stream) return;
        OnReady();
        HeaderBlock trailers = _worker.Http.RentHead();
        AddStatus(trailers, code, message);
        stream.SendTrailers(trailers);
        _worker.Http.Return(trailers);
        Leave();
    }

    private static void AddStatus(HeaderBlock head, StatusCode code, string message)
    {
        head.Add(KnownHeader.GrpcStatus, Encoding.ASCII.GetBytes(((int)code).ToString(CultureInfo.InvariantCulture)));
        if (message.Length > 0) head.Add(KnownHeader.GrpcMessage, Encoding.ASCII.GetBytes(PercentCodec.Encode(message)));
    }

    /// <summary>Nothing more is sent or heard.</summary>
    private void Leave()
    {
        _stream = null;
        _deframer.Dispose();
        if (_session is not { } session) return;
        _session = null;
        session.Close();
        _hub.End(session, static () => { });
    }
}
