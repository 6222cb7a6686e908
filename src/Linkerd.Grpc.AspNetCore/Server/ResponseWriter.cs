using System.IO.Pipelines;
using Linkerd.Grpc.Protocol;

namespace Linkerd.Grpc.AspNetCore;

/// <summary>The server's messages, into the response's body.</summary>
internal sealed class ResponseWriter<T>(
    PipeWriter body, Marshaller<T> marshaller, int maxMessageSize, IMethodObserver? observer, CancellationToken callToken) : IServerStreamWriter<T>
{
    private readonly Lock _lock = new();
    private bool _completed;
    private bool _writing;

    public async Task WriteAsync(T message, CancellationToken cancellationToken = default)
    {
        callToken.ThrowIfCancellationRequested();
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (_completed)
                throw new InvalidOperationException("the call has ended: nothing can be written any more");
            if (_writing)
                throw new InvalidOperationException("the last WriteAsync is still under way: await it first");
            _writing = true;
            try
            {
                MessageFrame.Write(message, marshaller, maxMessageSize, body);
            }
            catch
            {
                _writing = false;
                throw;
            }
        }

        try
        {
            var result = await body.FlushAsync(callToken);
            if (result.IsCompleted || result.IsCanceled)
                throw new OperationCanceledException("the client is gone");
            observer?.Sent();
        }
        finally
        {
            lock (_lock)
                _writing = false;
        }
    }

    /// <summary>From here on, writing fails. A handler that outlives its call would otherwise write into a response that is over.</summary>
    public void Complete()
    {
        lock (_lock)
            _completed = true;
    }
}
