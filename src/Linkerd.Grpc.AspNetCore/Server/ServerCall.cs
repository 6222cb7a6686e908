using System.Diagnostics;
using Linkerd.Grpc.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Linkerd.Grpc.AspNetCore;

/// <summary>One call on the server, from its head to its status.</summary>
internal sealed class ServerCall<TRequest, TResponse>
{
    private readonly HttpContext _http;
    private readonly Method<TRequest, TResponse> _method;
    private readonly GrpcServerOptions _options;
    private readonly CancellationTokenSource _cancellation;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenSource? _deadline;

    private ServerCall(HttpContext http, Method<TRequest, TResponse> method, GrpcServerOptions options, IMethodObserver? observer, TimeSpan? timeout, CancellationToken stopping)
    {
        _http = http;
        _method = method;
        _options = options;
        _stopping = stopping;
        _deadline = timeout is { } span && span < TimeSpan.FromMilliseconds(int.MaxValue) ? new CancellationTokenSource(span) : null;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping, _deadline?.Token ?? default);
        Context = new HttpServerCallContext(http, timeout, _cancellation.Token);
        Requests = new RequestReader<TRequest>(http.Request.BodyReader, method.RequestMarshaller, http.Request.Headers[GrpcProtocol.EncodingHeader], options.MaxReceiveMessageSize, observer, _cancellation.Token);
        Responses = new ResponseWriter<TResponse>(http.Response.BodyWriter, method.ResponseMarshaller, options.MaxSendMessageSize, observer, _cancellation.Token);
    }

    public HttpServerCallContext Context { get; }

    public RequestReader<TRequest> Requests { get; }

    public ResponseWriter<TResponse> Responses { get; }

    public static async Task RunAsync(
        HttpContext http, Method<TRequest, TResponse> method, GrpcServerOptions options, IMethodObserver? observer, Func<ServerCall<TRequest, TResponse>, Task> run, CancellationToken stopping)
    {
        if (http.Request.ContentType is not { } type || !GrpcProtocol.IsGrpcContentType(type))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        var from = Stopwatch.GetTimestamp();
        observer?.Started();
        http.Response.ContentType = GrpcProtocol.ContentType;
        http.Response.Headers[GrpcProtocol.AcceptEncodingHeader] = GrpcProtocol.AcceptedEncodings;
        var status = Refuse(http, out var timeout);
        Metadata trailers = [];
        if (status is null)
        {
            LiftHttpLimits(http);
            var call = new ServerCall<TRequest, TResponse>(http, method, options, observer, timeout, stopping);
            (status, trailers) = await call.HandleAsync(run);
            call.Requests.Dispose();
            call._cancellation.Dispose();
            call._deadline?.Dispose();
        }

        var took = Stopwatch.GetElapsedTime(from);
        observer?.Ended(status.Value.StatusCode, took);
        options.OnCallEnded?.Invoke(method, status.Value.StatusCode, took);
        if (!http.RequestAborted.IsCancellationRequested)
            StatusTrailers.Write(http, status.Value, trailers);
    }

    /// <summary>Writes the one response, unless the handler chose a status that has none.</summary>
    public Task WriteSingleAsync(TResponse response)
        => Context.Status.StatusCode == StatusCode.OK ? Responses.WriteAsync(response) : Task.CompletedTask;

    private static Status? Refuse(HttpContext http, out TimeSpan? timeout)
    {
        timeout = null;
        string? encoding = http.Request.Headers[GrpcProtocol.EncodingHeader];
        if (!Decompression.IsSupported(encoding))
            return new Status(StatusCode.Unimplemented, Decompression.Unsupported(encoding!));
        string? value = http.Request.Headers[GrpcProtocol.TimeoutHeader];
        if (value is null)
            return null;
        if (!TimeoutCodec.TryDecode(value, out var span))
            return new Status(StatusCode.Internal, $"{GrpcProtocol.TimeoutHeader} '{value}' is malformed: at most 8 digits and one of H M S m u n");
        timeout = span;
        return span > TimeSpan.Zero ? null : new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded");
    }

    // Streams are slow by nature, and messages have limits of their own.
    private static void LiftHttpLimits(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (http.Features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }

    private async Task<(Status Status, Metadata Trailers)> HandleAsync(Func<ServerCall<TRequest, TResponse>, Task> run)
    {
        try
        {
            var handler = run(this);
            if (!handler.IsCompleted)
                await handler.WaitAsync(_cancellation.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (!handler.IsCompleted)
            {
                // The handler will notice in its own time; the client is answered now.
                _ = handler.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                return (CancelledStatus(), Context.ResponseTrailers);
            }

            await handler;
            return (Context.Status, Context.ResponseTrailers);
        }
        catch (RpcException e)
        {
            return (e.Status, Merge(e.Trailers));
        }
        catch (Exception) when (_cancellation.IsCancellationRequested)
        {
            return (CancelledStatus(), Context.ResponseTrailers);
        }
        catch (Exception e)
        {
            _options.OnHandlerFailed?.Invoke(_method.FullName, e);
            return (new Status(StatusCode.Unknown, "the handler failed", e), Context.ResponseTrailers);
        }
        finally
        {
            Responses.Complete();
        }
    }

    private Status CancelledStatus()
    {
        if (_deadline is { IsCancellationRequested: true })
            return new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded");
        return _stopping.IsCancellationRequested
            ? new Status(StatusCode.Unavailable, "the server is shutting down")
            : new Status(StatusCode.Cancelled, "the client cancelled the call");
    }

    private Metadata Merge(Metadata trailers)
    {
        if (Context.ResponseTrailers.Count == 0)
            return trailers;
        foreach (var entry in trailers)
            Context.ResponseTrailers.Add(entry);
        return Context.ResponseTrailers;
    }
}
