using System.Runtime.InteropServices;
using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>The event loop on edge-triggered epoll. Each descriptor is registered once, for everything; an eventfd wakes it.</summary>
public sealed unsafe class EpollEventLoop : EventLoop
{
    private const long WakeKey = -1;

    // struct epoll_event is packed on x86-64 and naturally aligned elsewhere.
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private readonly int _epoll;
    private readonly int _wake;
    private readonly byte* _events;
    private Slot[] _slots = new Slot[256];
    private int _freeHead = -1;
    private int _used;

    public EpollEventLoop(EventLoopOptions options)
        : base(options)
    {
        _epoll = Libc.EpollCreate(Const.EpollCloexec);
        if (_epoll < 0) throw NetException.Last("epoll_create1");
        _wake = Libc.EventFd(0, Const.EventFdFlags);
        if (_wake < 0) throw NetException.Last("eventfd");
        _events = (byte*)NativeMemory.Alloc((nuint)(EventSize * options.EventsPerTurn));
        Add(_wake, WakeKey, Const.EpollIn | Const.EpollEt);
    }

    ~EpollEventLoop() => Dispose(disposing: false);

    internal override long Register(int fd, IReadiness target)
    {
        int index;
        if (_freeHead >= 0)
        {
            index = _freeHead;
            _freeHead = _slots[index].NextFree;
        }
        else
        {
            if (_used == _slots.Length) Array.Resize(ref _slots, _used * 2);
            index = _used++;
        }

        ref Slot slot = ref _slots[index];
        slot.Target = target;
        slot.Generation++;
        long key = Key(index, slot.Generation);
        try
        {
            Add(fd, key, Const.EpollIn | Const.EpollOut | Const.EpollRdHup | Const.EpollEt);
        }
        catch
        {
            Free(index);
            throw;
        }

        return key;
    }

    internal override void Retarget(long key, IReadiness target) => _slots[(int)(key & int.MaxValue)].Target = target;

    internal override void Unregister(long key)
    {
        int index = (int)(key & int.MaxValue);
        if (_slots[index].Target is not null && Key(index, _slots[index].Generation) == key) Free(index);
    }

    protected override void Poll(int timeoutMillis)
    {
        int count = Libc.EpollWait(_epoll, _events, Options.EventsPerTurn, timeoutMillis);
        RefreshNow();
        if (count < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EINTR) throw new NetException("epoll_wait", errno);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            byte* e = _events + (i * EventSize);
            long key = *(long*)(e + DataOffset);
            if (key == WakeKey)
            {
                ulong ignored;
                _ = Libc.Read(_wake, &ignored, 8);
                continue;
            }

            // A slot freed, or freed and reused, earlier in this batch has another generation.
            int index = (int)(key & int.MaxValue);
            ref Slot slot = ref _slots[index];
            if (slot.Target is not { } target || Key(index, slot.Generation) != key) continue;
            Dispatch(target, *(uint*)e);
        }
    }

    protected override void Wake()
    {
        ulong one = 1;
        _ = Libc.Write(_wake, &one, 8);
    }

    protected override void CloseAll()
    {
        for (int i = 0; i < _used; i++) _slots[i].Target?.OnLoopStopped();
    }

    protected override void Dispose(bool disposing)
    {
        _ = Libc.Close(_epoll);
        _ = Libc.Close(_wake);
        NativeMemory.Free(_events);
        base.Dispose(disposing);
    }

    private static long Key(int index, uint generation) => ((long)(generation & int.MaxValue) << 32) | (uint)index;

    private void Dispatch(IReadiness target, uint events)
    {
        try
        {
            target.OnReady(events);
        }
        catch (Exception exception) when (Report(exception))
        {
        }
    }

    private void Free(int index)
    {
        ref Slot slot = ref _slots[index];
        slot.Target = null;
        slot.NextFree = _freeHead;
        _freeHead = index;
    }

    private void Add(int fd, long key, uint events)
    {
        byte* e = stackalloc byte[16];
        *(uint*)e = events;
        *(long*)(e + DataOffset) = key;
        if (Libc.EpollCtl(_epoll, Const.EpollAdd, fd, e) < 0) throw NetException.Last("epoll_ctl");
    }

    private struct Slot
    {
        public IReadiness? Target;
        public uint Generation;
        public int NextFree;
    }
}
