using Linkerd.Viz.Web.Data;

namespace Linkerd.Viz.Tests.Web;

public sealed class HistoryTests
{
    private static readonly WorkloadKey s_web = new("emojivoto", "deployment", "web");

    [Fact]
    public void The_last_ten_minutes_are_kept_by_half_minutes()
    {
        var time = new ManualTime();
        var history = new History(time);
        // The value is the number of the sample: an hour of them, three to a step.
        for (var i = 0; i < 360; i++)
        {
            history.Add(s_web, time.GetUtcNow(), Sample(i));
            if (i < 359)
                time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(static i => (float)(359 - ((19 - i) * 3))), history.Read(s_web).Select(static s => s.Rps));
    }

    [Fact]
    public void A_gap_stays_a_gap_and_old_samples_do_not_come_back()
    {
        var time = new ManualTime();
        var history = new History(time);
        history.Add(s_web, time.GetUtcNow(), Sample(1));
        time.Advance(TimeSpan.FromMinutes(5));
        history.Add(s_web, time.GetUtcNow(), Sample(2));
        var samples = history.Read(s_web);
        Assert.Equal((1f, 2f), (samples[9].Rps, samples[19].Rps));
        Assert.Equal(18, samples.Count(static s => float.IsNaN(s.Rps)));
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.All(history.Read(s_web), static s => Assert.True(float.IsNaN(s.Rps)));
        Assert.All(history.Read(s_web with { Name = "other" }), static s => Assert.True(float.IsNaN(s.Rps)));
    }

    private static HistorySample Sample(float rps) => new(float.NaN, rps, float.NaN);
}
