using System.Globalization;
using Linkerd.Local.Controllers;

namespace Linkerd.Local.Tests.Controllers;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("* * * * *", "2026-01-01T00:00:30", "2026-01-01T00:01:00")]
    [InlineData("*/15 * * * *", "2026-01-01T00:46:00", "2026-01-01T01:00:00")]
    [InlineData("30 4 * * *", "2026-01-01T04:30:00", "2026-01-02T04:30:00")]
    [InlineData("0 0 29 2 *", "2026-03-01T00:00:00", "2028-02-29T00:00:00")]
    [InlineData("0 12 * * mon-fri", "2026-01-02T12:00:00", "2026-01-05T12:00:00")]
    [InlineData("0 0 1,15 * 7", "2026-01-02T00:00:00", "2026-01-04T00:00:00")]
    [InlineData("@hourly", "2026-01-01T10:00:00", "2026-01-01T11:00:00")]
    [InlineData("0 0 1 jan *", "2026-01-01T00:00:00", "2027-01-01T00:00:00")]
    public void The_next_time_is_found(string schedule, string after, string next) =>
        Assert.Equal(Time(next), CronSchedule.Parse(schedule).Next(Time(after)));

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* 5-2 * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("* * * * someday")]
    public void What_is_no_schedule_is_refused(string schedule) => Assert.Throws<FormatException>(() => CronSchedule.Parse(schedule));

    [Fact]
    public void A_day_that_never_comes_is_given_up() => Assert.Null(CronSchedule.Parse("0 0 31 2 *").Next(Time("2026-01-01T00:00:00")));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text + "Z", CultureInfo.InvariantCulture);
}
