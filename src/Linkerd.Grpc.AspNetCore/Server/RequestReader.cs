using System.Buffers;
using System.IO.Pipelines;
using Linkerd.Grpc.Protocol;

namespace Linkerd.Grpc.AspNetCore;

/// <summary>The client's messages, out of the request's body.</summary>
internal sealed class RequestReader<T>(
    PipeReader body, Marshaller<T> marshaller, string? encoding, int maxMessageSize, IMethodObserver? observer, CancellationToken callToken) : IAsyncStreamReader<T>, IDisposable
{
    private readonly MessageDeframer _deframer = new(maxMessageSize) { Encoding = encoding };
    private bool _reading;

    public T Current { get; private set; } = default!;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (_reading)
            throw new InvalidOperationException("the last MoveNext is still under way: await it first");
        _reading = true;
        using var both = cancellationToken.CanBeCanceled && cancellationToken != callToken
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, callToken)
            : null;
        try
        {
            return await ReadAsync(both?.Token ?? callToken);
        }
        finally
        {
            _reading = false;
        }
    }

    /// <summary>The one request of a method that takes one.</summary>
    public async Task<T> ReadSingleAsync(CancellationToken cancellationToken)
    {
        if (!await MoveNext(cancellationToken))
            throw new RpcException(new Status(StatusCode.Internal, "the request has no message"));
        var message = Current;
        // The second read is what sees the end; clients may send it late, so it must not be waited for.
        return message;
    }

    public void Dispose() => _deframer.Dispose();

    private async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await body.ReadAsync(cancellationToken);
            if (TryTake(result.Buffer, out var consumed))
            {
                body.AdvanceTo(consumed);
                return true;
            }

            body.AdvanceTo(result.Buffer.End);
            if (!result.IsCompleted)
                continue;
            return _deframer.HasPartialMessage
                ? throw new RpcException(new Status(StatusCode.Internal, "the request ended inside a message"))
                : false;
        }
    }

    private bool TryTake(ReadOnlySequence<byte> buffer, out SequencePosition consumed)
    {
        consumed = buffer.Start;
        var taken = 0L;
        foreach (var segment in buffer)
        {
            var input = segment.Span;
            if (!_deframer.TryRead(ref input, out var payload))
            {
                taken += segment.Length;
                continue;
            }

            Current = Parse(payload);
            observer?.Received();
            consumed = buffer.GetPosition(taken + segment.Length - input.Length);
            return true;
        }

        return false;
    }

    private T Parse(ReadOnlySpan<byte> payload)
    {
        try
        {
            return marshaller.Deserialize(payload);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"a request is malformed: {e.Message}", e));
        }
    }
}
