using Linkerd.Grpc;

namespace Linkerd.Controller.Common;

/// <summary>The life of a server stream that follows a state.</summary>
internal static class StreamLoop
{
    /// <summary>Writes every state until the client goes, the server stops, or the client proves too slow.</summary>
    public static async Task RunAsync<T>(Mailbox<T> mailbox, ServerCallContext call, Func<T, Task> write)
        where T : class
    {
        try
        {
            while (true)
                await write(await mailbox.ReadAsync(call.CancellationToken));
        }
        catch (OperationCanceledException) when (call.CancellationToken.IsCancellationRequested)
        {
            // The ordinary end of a stream.
        }
        catch (StreamOverflowException e)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, e.Message));
        }
    }
}
