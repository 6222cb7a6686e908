using System.Runtime.InteropServices;
using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>
/// Moves bytes of one direction from one clear socket to another inside the kernel, splice(2) over a pipe. From its start the source's
/// handler gets no OnData any more; OnReadClosed, OnDrained and OnClosed stay as they are, and both transports keep counting.
/// </summary>
public sealed unsafe class SplicePump
{
    /// <summary>Capacity asked for: 1 MiB. The kernel grants less when the user's pipe pages run out.</summary>
    private const int PipeSize = 1024 * 1024;

    /// <summary>With a smaller pipe copying is faster.</summary>
    private const int SmallestPipe = 64 * 1024;

    private const int TurnBudget = 4 * 1024 * 1024;

    private readonly TcpTransport _source;
    private readonly TcpTransport _target;
    private readonly int _capacity;
    private int _pipeRead;
    private int _pipeWrite;
    private int _held;
    private bool _sourceEnded;
    private bool _running;

    private SplicePump(TcpTransport source, TcpTransport target, int pipeRead, int pipeWrite, int capacity)
    {
        _source = source;
        _target = target;
        _pipeRead = pipeRead;
        _pipeWrite = pipeWrite;
        _capacity = capacity;
    }

    /// <summary>Bytes read from the source and not yet taken by the target.</summary>
    public int Held => _held;

    /// <summary>
    /// Starts when nothing waits on either side: no unconsumed input, no pending output. False, and nothing changed, otherwise or
    /// when the kernel grants no useful pipe; try again later or go on copying.
    /// </summary>
    public static bool TryStart(TcpTransport source, TcpTransport target)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        if (source.IsClosed || target.IsClosed || target.IsWriteClosed || source.IsReadClosed || source.Pump is not null || target.Feeder is not null) return false;
        if (source.RetainedInput > 0 || target.PendingOutput > 0) return false;
        int* pipe = stackalloc int[2];
        if (Libc.Pipe(pipe, Const.PipeFlags) < 0) return false;
        int capacity = Libc.Fcntl(pipe[1], Const.SetPipeSize, PipeSize);
        if (capacity < 0) capacity = Libc.Fcntl(pipe[1], Const.GetPipeSize, 0);
        if (capacity < SmallestPipe)
        {
            _ = Libc.Close(pipe[0]);
            _ = Libc.Close(pipe[1]);
            return false;
        }

        var pump = new SplicePump(source, target, pipe[0], pipe[1], capacity);
        source.Pump = pump;
        target.Feeder = pump;
        source.ScheduleRead();
        return true;
    }

    internal void Run()
    {
        if (_running || _pipeRead < 0) return;
        _running = true;
        int budget = TurnBudget;
        while (budget > 0 && Step(ref budget))
        {
        }

        _running = false;
        if (budget <= 0 && _pipeRead >= 0) _source.ScheduleRead();
    }

    internal void OnTargetWritable() => Run();

    internal void OnTransportClosed() => Detach();

    /// <summary>Fills and empties the pipe once; false when one side has to wait or all is over.</summary>
    private bool Step(ref int budget)
    {
        bool wasEmpty = _held == 0;
        if (!_sourceEnded && _held < _capacity && !Fill(wasEmpty)) return false;
        if (_held > 0 && !Empty(ref budget)) return false;
        if (_held > 0 || !_sourceEnded) return true;
        TcpTransport source = _source;
        Detach();
        source.EndFromPump();
        return false;
    }

    private bool Fill(bool wasEmpty)
    {
        nint count = Libc.Splice(_source.Descriptor, null, _pipeWrite, null, (nuint)(_capacity - _held), Const.SpliceMove | Const.SpliceNonblock);
        if (count > 0)
        {
            _held += (int)count;
            _source.CountRead(count);
            return true;
        }

        if (count == 0)
        {
            _sourceEnded = true;
            return true;
        }

        int errno = Marshal.GetLastPInvokeError();
        if (errno == Errno.EINTR) return true;
        if (errno != Errno.EAGAIN)
        {
            _source.FailFromPump(errno);
            return false;
        }

        // With bytes in the pipe EAGAIN may mean that the pipe is full (small segments fill its pages): look again once it is empty.
        if (!wasEmpty) return true;
        _source.MarkDrained();
        return false;
    }

    private bool Empty(ref int budget)
    {
        while (_held > 0)
        {
            nint count = Libc.Splice(_pipeRead, null, _target.Descriptor, null, (nuint)_held, Const.SpliceMove | Const.SpliceNonblock);
            if (count > 0)
            {
                _held -= (int)count;
                budget -= (int)count;
                _target.CountWritten(count);
                continue;
            }

            int errno = count == 0 ? Errno.EAGAIN : Marshal.GetLastPInvokeError();
            if (errno == Errno.EINTR) continue;
            if (errno == Errno.EAGAIN) _target.MarkFull();
            else _target.FailFromPump(errno);
            return false;
        }

        return true;
    }

    private void Detach()
    {
        if (_pipeRead < 0) return;
        _source.Pump = null;
        _target.Feeder = null;
        _ = Libc.Close(_pipeRead);
        _ = Libc.Close(_pipeWrite);
        _pipeRead = _pipeWrite = -1;
    }
}
