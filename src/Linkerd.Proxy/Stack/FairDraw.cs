using System.Numerics;

namespace Linkerd.Proxy.Stack;

/// <summary>
/// Draws choices by weight: at random, and so that after any number of draws each choice was drawn its share of times, to within
/// less than one draw per choice. What was owed to a choice makes it likelier, what it had too much rules it out. One instance belongs to one
/// loop; every worker keeps the shares exact, so all of them together do. Allocates nothing.
/// </summary>
/// <remarks>
/// Independent draws would be off by a standard deviation of √(p(1-p)/n); a plain weighted round robin would be exact but fall in step
/// with clients whose requests alternate. See docs/adr/0052-exact-shares.md.
/// </remarks>
public sealed class FairDraw
{
    private readonly long[] _weights;
    private readonly long[] _credits;
    private ulong _mask = ulong.MaxValue;
    private ulong _state;

    /// <param name="weights">Relative weights; a choice of weight 0 is never drawn.</param>
    /// <param name="seed">Of the random numbers.</param>
    public FairDraw(ReadOnlySpan<uint> weights, ulong seed)
    {
        _weights = new long[weights.Length];
        _credits = new long[weights.Length];
        for (int i = 0; i < weights.Length; i++) _weights[i] = weights[i];
        _state = BitOperations.RotateLeft(seed * 0x9E3779B97F4A7C15, 23) | 1;
    }

    /// <summary>The index of a choice; -1 when none has a weight.</summary>
    public int Draw() => Draw(ulong.MaxValue);

    /// <summary>
    /// The index of one of the choices whose bit is set in <paramref name="available"/>; -1 when none of them has a weight. Choices from the
    /// 64th on are always available. When availability changes, what was owed is forgotten.
    /// </summary>
    public int Draw(ulong available)
    {
        if (available != _mask)
        {
            _mask = available;
            Array.Clear(_credits);
        }

        long total = 0;
        long owed = 0;
        for (int i = 0; i < _weights.Length; i++)
        {
            if (!IsAvailable(available, i)) continue;
            total += _weights[i];
            _credits[i] += _weights[i];
            if (_credits[i] > 0) owed += _credits[i];
        }

        if (total == 0) return -1;
        int chosen = Choose(available, (long)(Next() % (ulong)owed));
        _credits[chosen] -= total;
        return chosen;
    }

    private static bool IsAvailable(ulong available, int index) => index >= 64 || (available >> index & 1) != 0;

    private int Choose(ulong available, long draw)
    {
        for (int i = 0; ; i++)
        {
            if (!IsAvailable(available, i) || _credits[i] <= 0) continue;
            if (draw < _credits[i]) return i;
            draw -= _credits[i];
        }
    }

    // xorshift64*, as in PickList.
    private ulong Next()
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return (_state * 0x2545F4914F6CDD1D) >> 2;
    }
}
