using System.Numerics;

namespace Linkerd.Net;

/// <summary>
/// A hierarchical timer wheel: six levels of 64 slots, 1 ms at the bottom, about two years at the top. Insert, remove and
/// "when is the next one" are O(1) by one occupancy bitmap per level.
/// </summary>
internal sealed class TimerWheel
{
    private const int Levels = 6, Bits = 6, Slots = 1 << Bits;
    private const long MaxDelay = (1L << (Levels * Bits)) - 1;

    private readonly LoopTimer?[] _slots = new LoopTimer?[Levels * Slots];
    private readonly ulong[] _occupied = new ulong[Levels];
    private long _elapsed;

    public TimerWheel(long nowMillis) => _elapsed = nowMillis;

    /// <summary>Timers filed. Zero lets the loop sleep for ever.</summary>
    public int Count { get; private set; }

    /// <summary>Files a timer, or refiles one whose deadline moved. A later deadline leaves it where it is: it is refiled when that slot comes up.</summary>
    public void Schedule(LoopTimer timer)
    {
        if (timer.Slot >= 0)
        {
            if (timer.Deadline >= timer.FiledAt) return;
            Remove(timer);
        }

        Insert(timer);
    }

    public void Remove(LoopTimer timer)
    {
        int slot = timer.Slot;
        if (slot < 0) return;
        if (timer.Previous is { } previous) previous.Next = timer.Next;
        else _slots[slot] = timer.Next;
        if (timer.Next is { } next) next.Previous = timer.Previous;
        timer.Next = timer.Previous = null;
        timer.Slot = -1;
        Count--;
        if (_slots[slot] is null) _occupied[slot >> Bits] &= ~(1UL << (slot & (Slots - 1)));
    }

    /// <summary>The millisecond at which <see cref="Advance"/> has something to do, or -1.</summary>
    public long NextDue()
    {
        if (Count == 0) return -1;
        return NextSlot(out _);
    }

    /// <summary>Fires everything due at <paramref name="nowMillis"/>, in order of deadline.</summary>
    public void Advance(long nowMillis)
    {
        while (Count > 0)
        {
            long due = NextSlot(out int slot);
            if (due > nowMillis) break;
            _elapsed = Math.Max(_elapsed, due);
            while (_slots[slot] is { } timer)
            {
                Remove(timer);
                if (timer.Deadline > _elapsed) Insert(timer);
                else timer.Fire();
            }
        }

        _elapsed = Math.Max(_elapsed, nowMillis);
    }

    private void Insert(LoopTimer timer)
    {
        // Strictly later than now, so that a callback that restarts its timer cannot keep Advance in one slot.
        long when = Math.Clamp(timer.Deadline, _elapsed + 1, _elapsed + MaxDelay);
        ulong differs = (ulong)(_elapsed ^ when) | (Slots - 1);
        int level = Math.Min((63 - BitOperations.LeadingZeroCount(differs)) / Bits, Levels - 1);
        int index = (int)(when >> (level * Bits)) & (Slots - 1);
        int slot = (level << Bits) + index;
        timer.FiledAt = when;
        timer.Slot = slot;
        timer.Previous = null;
        timer.Next = _slots[slot];
        if (timer.Next is { } next) next.Previous = timer;
        _slots[slot] = timer;
        _occupied[level] |= 1UL << index;
        Count++;
    }

    private long NextSlot(out int slot)
    {
        for (int level = 0; level < Levels; level++)
        {
            ulong occupied = _occupied[level];
            if (occupied == 0) continue;
            int shift = level * Bits;
            int now = (int)(_elapsed >> shift) & (Slots - 1);
            int ahead = BitOperations.TrailingZeroCount(BitOperations.RotateRight(occupied, now));
            int index = (now + ahead) & (Slots - 1);
            long range = 1L << (shift + Bits);
            long due = (_elapsed & ~(range - 1)) + ((long)index << shift);
            // Only the top level wraps: below it a slot behind the hand cannot be occupied.
            if (due < _elapsed && level == Levels - 1) due += range;
            slot = (level << Bits) + index;
            return Math.Max(due, _elapsed);
        }

        slot = -1;
        return long.MaxValue;
    }
}
