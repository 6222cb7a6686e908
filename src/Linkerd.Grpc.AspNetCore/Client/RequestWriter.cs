using Linkerd.Grpc.Protocol;

namespace Linkerd.Grpc.AspNetCore;

/// <summary>The client's messages, into the request's body.</summary>
internal sealed class RequestWriter<TRequest, TResponse>(ClientCall<TRequest, TResponse> call, RequestContent content) : IClientStreamWriter<TRequest>
{
    private int _writing;
    private bool _completed;

    public async Task WriteAsync(TRequest message, CancellationToken cancellationToken = default)
    {
        if (_completed)
            throw new InvalidOperationException("the request stream is complete: nothing can be written any more");
        if (Interlocked.Exchange(ref _writing, 1) == 1)
            throw new InvalidOperationException("the last WriteAsync is still under way: await it first");
        try
        {
            var frame = MessageFrame.ToArray(message, call.Method.RequestMarshaller, call.Channel.Options.MaxSendMessageSize);
            var stream = await content.Stream.WaitAsync(cancellationToken);
            await stream.WriteAsync(frame, cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
        catch (Exception e) when (e is not RpcException && !cancellationToken.IsCancellationRequested)
        {
            // What broke the stream is the call's status, which the response side knows.
            throw await call.FailureAsync(e);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    public Task CompleteAsync()
    {
        _completed = true;
        content.Complete();
        return Task.CompletedTask;
    }
}
