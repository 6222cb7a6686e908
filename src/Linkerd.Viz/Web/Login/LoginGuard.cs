using Linkerd.Viz.Web.Access;

namespace Linkerd.Viz.Web.Login;

/// <summary>
/// Slows guessing down: after five failures for a user from one address, or twenty for a user or from an address, further attempts are
/// refused unlooked at for one minute, then two, four, … up to fifteen. Tables hold 10,000 entries.
/// </summary>
internal sealed class LoginGuard(TimeProvider time)
{
    private const int Entries = 10_000;
    private const int PairLimit = 5;
    private const int SingleLimit = 20;
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private readonly BoundedTable<(string User, string Address), Failures> _pairs = new(Entries);
    private readonly BoundedTable<string, Failures> _users = new(Entries);
    private readonly BoundedTable<string, Failures> _addresses = new(Entries);

    /// <summary>How long this user must wait at this address; zero when he may try.</summary>
    public TimeSpan Wait(string user, string address)
    {
        var now = time.GetUtcNow();
        var until = Latest(_pairs.TryGet((user, address), out var pair) ? pair : null, _users.TryGet(user, out var u) ? u : null, _addresses.TryGet(address, out var a) ? a : null);
        return until > now ? until - now : TimeSpan.Zero;
    }

    /// <summary>Counts a failure; true when it began a lockout.</summary>
    public bool Failed(string user, string address)
    {
        var now = time.GetUtcNow();
        var pair = _pairs.Update((user, address), old => Failures.Next(old, PairLimit, now));
        var single = _users.Update(user, old => Failures.Next(old, SingleLimit, now));
        var from = _addresses.Update(address, old => Failures.Next(old, SingleLimit, now));
        return pair.Began || single.Began || from.Began;
    }

    /// <summary>Forgets the failures of a user who has come in, at this address; those of others there stay.</summary>
    public void Succeeded(string user, string address)
    {
        _pairs.TryRemove((user, address), out _);
        _users.TryRemove(user, out _);
    }

    private static DateTimeOffset Latest(params ReadOnlySpan<Failures?> failures)
    {
        var latest = DateTimeOffset.MinValue;
        foreach (var f in failures)
        {
            if (f is not null && f.Until > latest)
                latest = f.Until;
        }

        return latest;
    }

    private sealed record Failures(int Count, DateTimeOffset Last, DateTimeOffset Until, bool Began)
    {
        public static Failures Next(Failures? old, int limit, DateTimeOffset now)
        {
            // What lies back longer than the longest lockout no longer counts.
            var count = old is null || now - old.Last > Longest + Longest ? 1 : old.Count + 1;
            if (count < limit)
                return new Failures(count, now, DateTimeOffset.MinValue, false);
            var wait = TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Min(count - limit, 10)));
            return new Failures(count, now, now + wait, true);
        }
    }
}
