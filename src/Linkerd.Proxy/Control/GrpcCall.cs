using Google.Protobuf;
using Linkerd.Grpc;
using Linkerd.Grpc.Protocol;
using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Control;

/// <summary>One call with one request message, on one stream. Messages larger than 4 MiB end it.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "The deframer is given back when the call ends.")]
internal sealed class GrpcCall : IHttpCall, IHttpStreamHandler
{
    private readonly TaskCompletionSource<Status> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MessageDeframer _deframer = new();
    private readonly Worker _worker;
    private readonly HttpClient _client;
    private readonly string _path;
    private readonly string _authority;
    private readonly byte[] _request;
    private readonly PayloadHandler _message;
    private readonly ControlStreamLimits _limits;
    private readonly LoopTimer _idle;
    private readonly LoopTimer _lifetime;
    private HttpStream? _stream;
    private bool _done;

    public GrpcCall(Worker worker, HttpClient client, string path, string authority, byte[] request, PayloadHandler message, ControlStreamLimits limits)
    {
        _worker = worker;
        _client = client;
        _path = path;
        _authority = authority;
        _request = request;
        _message = message;
        _limits = limits;
        _idle = new LoopTimer(worker.Loop, static self => ((GrpcCall)self!).TimeOut("no message came in time"), this);
        _lifetime = new LoopTimer(worker.Loop, static self => ((GrpcCall)self!).TimeOut("the stream has lived for its time"), this);
    }

    /// <summary>Takes one message's bytes.</summary>
    public delegate void PayloadHandler(ReadOnlySpan<byte> payload);

    /// <summary>Sent with the request; null for none.</summary>
    public (string Name, string Value)? Metadata { get; init; }

    public IHttpStreamHandler StreamHandler => this;

    public async Task<Status> RunAsync(CancellationToken cancellation)
    {
        await using CancellationTokenRegistration registration = cancellation.Register(
            static self => ((GrpcCall)self!).Cancel(), this, useSynchronizationContext: true);
        if (_limits.Initial is { } initial) _idle.Start(initial);
        if (_limits.Lifetime is { } lifetime) _lifetime.Start(lifetime);
        _client.Open(this);
        return await _ended.Task;
    }

    public void OnStream(HttpStream stream, HttpClient client)
    {
        if (_done)
        {
            stream.Reset(HttpErrorCode.Cancel);
            return;
        }

        _stream = stream;
        HeaderBlock head = _worker.Http.RentHead();
        head.SetMethod(RequestMethod.Post);
        // TLS ends at the server's proxy; the server behind it speaks clear text, and some refuse any other scheme.
        head.SetScheme("http"u8);
        head.SetAuthority(System.Text.Encoding.ASCII.GetBytes(_authority));
        head.SetPath(System.Text.Encoding.ASCII.GetBytes(_path));
        head.Add("te"u8, "trailers"u8);
        head.Add("content-type"u8, "application/grpc"u8);
        head.Add("grpc-accept-encoding"u8, "identity,gzip"u8);
        head.Add("user-agent"u8, "linkerd2-proxy"u8);
        if (Metadata is { } metadata) head.Add(System.Text.Encoding.ASCII.GetBytes(metadata.Name), System.Text.Encoding.ASCII.GetBytes(metadata.Value));
        stream.SendHead(head, end: false);
        _worker.Http.Return(head);
        stream.SendData(_request, end: true);
    }

    public void OnFailed(ProxyError error)
    {
        End(new Status(StatusCode.Unavailable, error.Message));
    }

    public void OnInformational(HttpStream stream, HeaderBlock head)
    {
    }

    public void OnHead(HttpStream stream, HeaderBlock head, bool end)
    {
        if (head.TryGet("grpc-encoding"u8, out ReadOnlySpan<byte> encoding)) _deframer.Encoding = System.Text.Encoding.ASCII.GetString(encoding);
        if (head.Status != 200)
        {
            Fail(new Status(GrpcProtocol.FromHttpStatus(head.Status), $"the response is HTTP {head.Status}"));
            return;
        }

        if (end) EndWith(head);
    }

    public void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end)
    {
        int length = data.Length;
        try
        {
            while (_deframer.TryRead(ref data, out ReadOnlySpan<byte> payload))
            {
                if (_limits.Idle is { } idle) _idle.Start(idle);
                else _idle.Stop();
                _message(payload);
                if (_done) return;
            }
        }
        catch (RpcException exception)
        {
            Fail(exception.Status);
            return;
        }
        catch (InvalidProtocolBufferException exception)
        {
            Fail(new Status(StatusCode.Internal, $"a message could not be read: {exception.Message}", exception));
            return;
        }

        catch (Api.Mapping.WireException exception)
        {
            Fail(new Status(StatusCode.Internal, $"a message makes no sense: {exception.Message}", exception));
            return;
        }

        stream.Consumed(length);
        if (end) Fail(new Status(StatusCode.Internal, "the response ended without a status"));
    }

    public void OnTrailers(HttpStream stream, HeaderBlock trailers) => EndWith(trailers);

    public void OnSent(HttpStream stream, int count)
    {
    }

    public void OnReset(HttpStream stream, in HttpFault fault)
    {
        _stream = null;
        End(new Status(fault.Origin == HttpFaultOrigin.Connection ? StatusCode.Unavailable : GrpcProtocol.FromHttp2Error((long)fault.Code), fault.Message));
    }

    public void OnClosed(HttpStream stream)
    {
        _stream = null;
        End(new Status(StatusCode.Internal, "the response ended without a status"));
    }

    /// <summary>A message with its frame around it.</summary>
    public static byte[] Frame(IMessage request)
    {
        int size = request.CalculateSize();
        byte[] frame = new byte[MessageFrame.HeaderSize + size];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)size);
        request.WriteTo(frame.AsSpan(MessageFrame.HeaderSize));
        return frame;
    }

    private static string? Text(HeaderBlock head, ReadOnlySpan<byte> name) => head.TryGet(name, out ReadOnlySpan<byte> value) ? System.Text.Encoding.ASCII.GetString(value) : null;

    private void EndWith(HeaderBlock head) => End(GrpcProtocol.ReadStatus(200, null, Text(head, "grpc-status"u8), Text(head, "grpc-message"u8)));

    private void TimeOut(string reason) => Fail(new Status(StatusCode.DeadlineExceeded, reason));

    private void Cancel() => Fail(Status.DefaultCancelled);

    private void Fail(Status status)
    {
        if (_done) return;
        HttpStream? stream = _stream;
        _stream = null;
        if (stream is not null) stream.Reset(HttpErrorCode.Cancel);
        else _client.Cancel(this);
        End(status);
    }

    private void End(Status status)
    {
        if (_done) return;
        _done = true;
        _idle.Stop();
        _lifetime.Stop();
        _deframer.Dispose();
        _ended.TrySetResult(status);
    }
}
