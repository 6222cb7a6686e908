using System.Globalization;

namespace Linkerd.Local.Controllers;

/// <summary>A cron schedule of five fields, with lists, ranges, steps, names, and the <c>@hourly</c> family. Times are in UTC.</summary>
internal sealed class CronSchedule
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    private readonly bool[] _minutes;
    private readonly bool[] _hours;
    private readonly bool[] _days;
    private readonly bool[] _months;
    private readonly bool[] _weekDays;
    private readonly bool _anyDay;
    private readonly bool _anyWeekDay;

    private CronSchedule(string[] fields)
    {
        _minutes = Field(fields[0], 0, 59, []);
        _hours = Field(fields[1], 0, 23, []);
        _days = Field(fields[2], 1, 31, []);
        _months = Field(fields[3], 1, 12, Months);
        _weekDays = Field(fields[4], 0, 7, Days);
        _weekDays[0] |= _weekDays[7];
        _anyDay = fields[2].StartsWith('*') || fields[2] == "?";
        _anyWeekDay = fields[4].StartsWith('*') || fields[4] == "?";
    }

    /// <summary>Parses a schedule.</summary>
    /// <exception cref="FormatException">It is not one; the message names the field.</exception>
    public static CronSchedule Parse(string text)
    {
        text = text.Trim() switch
        {
            "@yearly" or "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" or "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            var other => other,
        };
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == 5 ? new CronSchedule(fields) : throw new FormatException($"schedule \"{text}\" has {fields.Length} fields, expected 5: minute hour day month weekday");
    }

    /// <summary>The first time after the one given, or null when there is none within four years.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var time = new DateTimeOffset(after.UtcDateTime.Date.AddHours(after.UtcDateTime.Hour).AddMinutes(after.UtcDateTime.Minute + 1), TimeSpan.Zero);
        var end = after.AddYears(4);
        while (time < end)
        {
            if (!_months[time.Month] || !Day(time))
                time = new DateTimeOffset(time.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
            else if (!_hours[time.Hour])
                time = new DateTimeOffset(time.UtcDateTime.Date.AddHours(time.Hour + 1), TimeSpan.Zero);
            else if (!_minutes[time.Minute])
                time = time.AddMinutes(1);
            else
                return time;
        }

        return null;
    }

    // Where both day fields are restricted, either is enough: that is how cron has always been.
    private bool Day(DateTimeOffset time)
    {
        var day = _days[time.Day];
        var week = _weekDays[(int)time.DayOfWeek];
        return _anyDay || _anyWeekDay ? day && week : day || week;
    }

    private static bool[] Field(string text, int low, int high, string[] names)
    {
        var set = new bool[high + 1];
        foreach (var part in text.Split(','))
        {
            var step = part.Split('/', 2);
            var range = step[0] is "*" or "?" ? [low.ToString(CultureInfo.InvariantCulture), high.ToString(CultureInfo.InvariantCulture)] : step[0].Split('-', 2);
            var from = Number(range[0]);
            var to = range.Length == 2 ? Number(range[1]) : step.Length == 2 ? high : from;
            var by = step.Length == 2 && int.TryParse(step[1], NumberStyles.None, CultureInfo.InvariantCulture, out var s) && s > 0 ? s : step.Length == 1 ? 1 : throw Bad();
            if (from < low || to > high || from > to)
                throw Bad();
            for (var i = from; i <= to; i += by)
                set[i] = true;
        }

        return set;

        int Number(string value)
        {
            var named = Array.IndexOf(names, value.ToLowerInvariant());
            return named >= 0 ? named + low : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Bad();
        }

        FormatException Bad() => new($"\"{text}\" is not a field of a schedule from {low} to {high}");
    }
}
