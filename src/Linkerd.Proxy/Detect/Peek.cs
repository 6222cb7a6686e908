using Linkerd.Net;

namespace Linkerd.Proxy.Detect;

/// <summary>Holds a connection while its first bytes are looked at, within a time limit. It ends once, leaving the transport without handler.</summary>
internal abstract class Peek<T> : ITransportHandler
{
    private readonly TaskCompletionSource<T> _result = new();
    private readonly LoopTimer _timer;

    protected Peek(Transport transport, TimeSpan timeout)
    {
        Transport = transport;
        _timer = new LoopTimer(transport.Loop, static self => ((Peek<T>)self!).OnTimeout(), this);
        _timer.Start(timeout);
    }

    public ValueTask<T> Result => new(_result.Task);

    protected Transport Transport { get; }

    protected bool IsDone { get; private set; }

    /// <summary>Begins; kept apart from construction because bytes may be there already.</summary>
    public ValueTask<T> Start()
    {
        Transport.Handler = this;
        if (Transport.IsReadingPaused) Transport.ResumeReading();
        return Result;
    }

    public abstract int OnData(ReadOnlySpan<byte> data);

    public abstract void OnReadClosed();

    public void OnDrained()
    {
    }

    public virtual void OnClosed(TransportFault fault) => Fail(new DetectException(DetectReasons.Io, $"the connection ended during detection: {fault}"));

    protected abstract void OnTimeout();

    /// <summary>Nobody hears what follows on the transport until the next handler is set.</summary>
    protected void Complete(T value)
    {
        if (!End()) return;
        if (ReferenceEquals(Transport.Handler, this)) Transport.Handler = null;
        _result.SetResult(value);
    }

    protected void Fail(DetectException exception)
    {
        if (!End()) return;
        Transport.Handler = EndedHandler.Instance;
        Transport.Abort();
        _result.SetException(exception);
    }

    /// <summary>Fails where the transport is already being closed in order, an alert on its way.</summary>
    protected void FailClosing(DetectException exception)
    {
        if (!End()) return;
        _result.SetException(exception);
    }

    private bool End()
    {
        if (IsDone) return false;
        IsDone = true;
        _timer.Stop();
        return true;
    }

    /// <summary>Takes the last calls of an aborted transport.</summary>
    private sealed class EndedHandler : ITransportHandler
    {
        public static readonly EndedHandler Instance = new();

        public int OnData(ReadOnlySpan<byte> data) => data.Length;

        public void OnReadClosed()
        {
        }

        public void OnDrained()
        {
        }

        public void OnClosed(TransportFault fault)
        {
        }
    }
}
