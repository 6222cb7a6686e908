using FsCheck;
using FsCheck.Fluent;
using Linkerd.Proxy.Balance;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Balance;

public sealed class PickListTests
{
    [Fact]
    public void The_members_are_those_of_a_naive_set()
    {
        Prop.ForAll<(bool Add, byte Which)[]>(operations =>
        {
            Load[] all = [.. Enumerable.Range(0, 8).Select(i => new Load(i))];
            var list = new PickList<Load>(1);
            var naive = new HashSet<Load>();
            foreach ((bool add, byte which) in operations)
            {
                Load load = all[which % all.Length];
                if (add) Assert.Equal(naive.Add(load), list.Add(load));
                else Assert.Equal(naive.Remove(load), list.Remove(load));
                Assert.Equal(naive.Count, list.Count);
                Load? picked = list.Pick(0);
                Assert.True(picked is null ? naive.Count == 0 : naive.Contains(picked));
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    [Proves("6.10 p2c")]
    public void The_most_loaded_of_several_is_never_picked()
    {
        var list = new PickList<Load>(42);
        for (int i = 0; i < 5; i++) list.Add(new Load(i));
        int[] picks = new int[5];
        for (int i = 0; i < 10_000; i++) picks[(int)list.Pick(0)!.Cost(0)]++;
        Assert.Equal(0, picks[4]);
        // The least loaded wins every draw that it is in: 2 of 5.
        Assert.InRange(picks[0], 3700, 4300);
        Assert.True(picks[0] > picks[1] && picks[1] > picks[2] && picks[2] > picks[3]);
    }

    [Fact]
    public void Equal_members_share_evenly()
    {
        var list = new PickList<Load>(7);
        Load[] loads = [new(1), new(1), new(1)];
        foreach (Load load in loads) list.Add(load);
        var picks = new Dictionary<Load, int>();
        for (int i = 0; i < 9_000; i++)
        {
            Load picked = list.Pick(0)!;
            picks[picked] = picks.GetValueOrDefault(picked) + 1;
        }

        Assert.All(loads, l => Assert.InRange(picks[l], 2700, 3300));
    }

    private sealed class Load(double cost) : ILoad
    {
        public double Cost(long now) => cost;
    }
}
