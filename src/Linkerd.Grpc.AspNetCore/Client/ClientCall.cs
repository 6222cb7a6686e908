using System.Net.Http.Headers;
using Linkerd.Grpc.Protocol;

namespace Linkerd.Grpc.AspNetCore;

/// <summary>One call of a <see cref="GrpcChannel"/>, from its request to its status.</summary>
internal sealed class ClientCall<TRequest, TResponse> : ICall
{
    private readonly CallOptions _options;
    private readonly CancellationTokenSource _cancellation;
    private readonly CancellationTokenSource? _deadline;
    private readonly MessageDeframer _deframer;
    private readonly TaskCompletionSource<Metadata> _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Status> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _buffer = new byte[8192];
    private Task<HttpResponseMessage>? _response;
    private Stream? _body;
    private RequestContent? _content;
    private int _from;
    private int _to;
    private Metadata _trailers = [];

    public ClientCall(GrpcChannel channel, Method<TRequest, TResponse> method, CallOptions options)
    {
        Channel = channel;
        Method = method;
        _options = options;
        _deadline = options.Timeout is { } timeout && timeout < TimeSpan.FromMilliseconds(int.MaxValue) ? new CancellationTokenSource(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero) : null;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken, _deadline?.Token ?? default);
        _deframer = new MessageDeframer(channel.Options.MaxReceiveMessageSize);
        Responses = new ResponseReader<TRequest, TResponse>(this);
        _ = _headers.Task.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public GrpcChannel Channel { get; }

    public Method<TRequest, TResponse> Method { get; }

    public ResponseReader<TRequest, TResponse> Responses { get; }

    public Task<Metadata> ResponseHeadersAsync => _headers.Task;

    public Status GetStatus() => _ended.Task is { IsCompletedSuccessfully: true, Result: var status } ? status : throw new InvalidOperationException("the call has not ended");

    public Metadata GetTrailers() => _ended.Task.IsCompleted ? _trailers : throw new InvalidOperationException("the call has not ended");

    public void StartWith(TRequest request)
        => Start(new SingleMessageContent(MessageFrame.ToArray(request, Method.RequestMarshaller, Channel.Options.MaxSendMessageSize)));

    public IClientStreamWriter<TRequest> StartStream()
    {
        _content = new RequestContent();
        Start(_content);
        return new RequestWriter<TRequest, TResponse>(this, _content);
    }

    /// <summary>The one response of a method that has one.</summary>
    public async Task<TResponse> ReadSingleAsync()
    {
        var (found, message) = await ReadAsync(CancellationToken.None);
        if (!found)
            throw new RpcException(new Status(StatusCode.Internal, "the call ended with OK but without a response"), _trailers);
        var (more, _) = await ReadAsync(CancellationToken.None);
        return more ? throw new RpcException(End(new Status(StatusCode.Internal, "the call has more than one response"))) : message!;
    }

    /// <summary>The next response; false at an end with OK. Any other end throws.</summary>
    public async Task<(bool Found, TResponse? Message)> ReadAsync(CancellationToken cancellationToken)
    {
        if (_ended.Task.IsCompleted)
            return Result(_ended.Task.Result);
        try
        {
            var body = await OpenAsync().WaitAsync(cancellationToken);
            while (!_ended.Task.IsCompleted)
            {
                if (TryTake(out var message))
                    return (true, message);
                _from = 0;
                _to = body is null ? 0 : await body.ReadAsync(_buffer, cancellationToken.CanBeCanceled ? cancellationToken : _cancellation.Token);
                if (_to == 0)
                    await EndFromTrailersAsync();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !_cancellation.IsCancellationRequested)
        {
            Dispose();
            throw new RpcException(End(Status.DefaultCancelled));
        }
        catch (Exception e)
        {
            End(Diagnose(e));
        }

        return Result(_ended.Task.Result);
    }

    /// <summary>The exception for a request that could not be written: the call's own status when one arrives.</summary>
    public async Task<RpcException> FailureAsync(Exception cause)
    {
        try
        {
            // The server may have answered early and closed the request; then its trailers say why.
            var response = await _response!;
            if (ReadStatusOf(response, response.Headers) is { } early)
                return new RpcException(early, _trailers);
        }
        catch (Exception e)
        {
            return new RpcException(Diagnose(e));
        }

        return new RpcException(_ended.Task.IsCompletedSuccessfully ? _ended.Task.Result : Diagnose(cause), _trailers);
    }

    public void Dispose()
    {
        if (!_ended.Task.IsCompleted)
        {
            _cancellation.Cancel();
            End(Status.DefaultCancelled);
        }
    }

    private void Start(HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Channel.Address, Method.FullName))
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.Host = Channel.Options.Authority;
        content.Headers.TryAddWithoutValidation("content-type", GrpcProtocol.ContentType);
        request.Headers.TryAddWithoutValidation("te", GrpcProtocol.Trailers);
        request.Headers.TryAddWithoutValidation(GrpcProtocol.AcceptEncodingHeader, GrpcProtocol.AcceptedEncodings);
        request.Headers.TryAddWithoutValidation("user-agent", Channel.Options.UserAgent);
        if (_options.Timeout is { } timeout)
            request.Headers.TryAddWithoutValidation(GrpcProtocol.TimeoutHeader, TimeoutCodec.Encode(timeout));
        foreach (var entry in _options.Headers ?? [])
            request.Headers.TryAddWithoutValidation(entry.Key, entry.ToHeaderValue());
        _response = SendAsync(request);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        try
        {
            var response = await Channel.SendAsync(request, _cancellation.Token);
            _headers.TrySetResult(Read(response.Headers));
            return response;
        }
        catch (Exception e)
        {
            // Ends writers that wait for the connection as well as the reader.
            _content?.Fail(e);
            var status = End(Diagnose(e));
            _headers.TrySetException(new RpcException(status));
            throw;
        }
    }

    private async Task<Stream?> OpenAsync()
    {
        if (_body is not null)
            return _body;
        var response = await _response!;
        if (ReadStatusOf(response, response.Headers) is { } status)
        {
            _trailers = Read(response.Headers);
            End(status);
            return null;
        }

        var type = response.Content.Headers.ContentType?.ToString();
        if (response.StatusCode != System.Net.HttpStatusCode.OK || type is null || !GrpcProtocol.IsGrpcContentType(type))
        {
            End(GrpcProtocol.ReadStatus((int)response.StatusCode, type, null, null));
            response.Dispose();
            return null;
        }

        _deframer.Encoding = First(response.Headers, GrpcProtocol.EncodingHeader);
        return _body = await response.Content.ReadAsStreamAsync(_cancellation.Token);
    }

    private bool TryTake(out TResponse? message)
    {
        message = default;
        ReadOnlySpan<byte> input = _buffer.AsSpan(_from, _to - _from);
        if (!_deframer.TryRead(ref input, out var payload))
            return false;
        try
        {
            message = Method.ResponseMarshaller.Deserialize(payload);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"a response is malformed: {e.Message}", e));
        }

        _from = _to - input.Length;
        return true;
    }

    private async Task EndFromTrailersAsync()
    {
        if (_ended.Task.IsCompleted)
            return;
        var response = await _response!;
        _trailers = Read(response.TrailingHeaders);
        var status = ReadStatusOf(response, response.TrailingHeaders) ?? GrpcProtocol.ReadStatus((int)response.StatusCode, null, null, null);
        if (status.StatusCode == StatusCode.OK && _deframer.HasPartialMessage)
            status = new Status(StatusCode.Internal, "the response ended inside a message");
        End(status);
    }

    private Status End(Status status)
    {
        if (!_ended.TrySetResult(status))
            return _ended.Task.Result;
        _content?.Complete();
        _deadline?.Dispose();
        if (status.StatusCode != StatusCode.OK)
        {
            // Resets the stream if it is still open.
            _body?.Dispose();
        }

        return status;
    }

    private (bool Found, TResponse? Message) Result(Status status)
        => status.StatusCode == StatusCode.OK ? (false, default) : throw new RpcException(status, _trailers);

    private Status Diagnose(Exception e)
    {
        if (_deadline is { IsCancellationRequested: true })
            return new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded", e);
        if (_cancellation.IsCancellationRequested)
            return new Status(StatusCode.Cancelled, "the call was cancelled", e);
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is RpcException rpc)
                return rpc.Status;
            if (cause is HttpProtocolException protocol)
                return new Status(GrpcProtocol.FromHttp2Error(protocol.ErrorCode), protocol.Message, e);
        }

        return e is HttpRequestException or IOException
            ? new Status(StatusCode.Unavailable, $"{Channel.Address.Authority}: {e.GetBaseException().Message}", e)
            : new Status(StatusCode.Internal, e.Message, e);
    }

    private static Status? ReadStatusOf(HttpResponseMessage response, HttpHeaders headers)
        => First(headers, GrpcProtocol.StatusHeader) is { } status
            ? GrpcProtocol.ReadStatus((int)response.StatusCode, null, status, First(headers, GrpcProtocol.MessageHeader))
            : null;

    private static string? First(HttpHeaders headers, string name) => headers.NonValidated.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static Metadata Read(HttpHeaders headers) => HeaderMetadata.Read(headers.NonValidated.SelectMany(h => h.Value.Select(v => (h.Key, v))));
}
