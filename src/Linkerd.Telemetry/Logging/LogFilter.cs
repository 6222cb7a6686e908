namespace Linkerd.Telemetry;

/// <summary>
/// Levels by target: directives separated by commas, each <c>level</c>, <c>target</c>, <c>target=level</c> or
/// <c>target[span]=level</c> (the span part is read and kept, and decides nothing but <see cref="HasSpan"/>). The longest target that a message's target
/// starts with decides; what no directive covers is off.
/// </summary>
public sealed class LogFilter
{
    private readonly List<(string Target, LogLevel Level)> _directives = [];
    private readonly List<string> _spans = [];
    private LogLevel _default = LogLevel.Off;
    private bool _hasDefault;

    private LogFilter(string text) => Text = text;

    /// <summary>The directives as given.</summary>
    public string Text { get; }

    /// <summary>Parses directives; the error names the one that is wrong.</summary>
    public static bool TryParse(string text, out LogFilter filter, out string error)
    {
        ArgumentNullException.ThrowIfNull(text);
        filter = new LogFilter(text.Trim());
        error = string.Empty;
        if (text.Length > 4096)
        {
            error = "a log filter may have at most 4096 characters";
            return false;
        }

        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (filter.Add(part)) continue;
            error = $"invalid log directive '{part}': expected level, target or target=level, with level one of trace, debug, info, warn, error, off";
            return false;
        }

        // As env-filter has it: nothing said means errors.
        if (filter._directives.Count == 0 && filter._spans.Count == 0 && !filter._hasDefault) filter._default = LogLevel.Error;
        filter._directives.Sort(static (a, b) => b.Target.Length.CompareTo(a.Target.Length));
        return true;
    }

    /// <summary>The lowest level that is let through for a target.</summary>
    public LogLevel LevelOf(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        foreach ((string prefix, LogLevel level) in _directives)
        {
            if (target.StartsWith(prefix, StringComparison.Ordinal)) return level;
        }

        return _default;
    }

    /// <summary>Whether a directive names this span, such as <c>{headers}</c>, which turns the logging of HTTP headers on.</summary>
    public bool HasSpan(string span) => _spans.Contains(span);

    private static bool TryLevel(ReadOnlySpan<char> text, out LogLevel level)
    {
        level = text switch
        {
            "0" => LogLevel.Off,
            "1" => LogLevel.Error,
            "2" => LogLevel.Warn,
            "3" => LogLevel.Info,
            "4" => LogLevel.Debug,
            "5" => LogLevel.Trace,
            _ when text.Equals("trace", StringComparison.OrdinalIgnoreCase) => LogLevel.Trace,
            _ when text.Equals("debug", StringComparison.OrdinalIgnoreCase) => LogLevel.Debug,
            _ when text.Equals("info", StringComparison.OrdinalIgnoreCase) => LogLevel.Info,
            _ when text.Equals("warn", StringComparison.OrdinalIgnoreCase) || text.Equals("warning", StringComparison.OrdinalIgnoreCase) => LogLevel.Warn,
            _ when text.Equals("error", StringComparison.OrdinalIgnoreCase) => LogLevel.Error,
            _ when text.Equals("off", StringComparison.OrdinalIgnoreCase) => LogLevel.Off,
            _ => (LogLevel)(-1),
        };
        return level >= 0;
    }

    private bool Add(string part)
    {
        if (TryLevel(part, out LogLevel level))
        {
            _default = level;
            _hasDefault = true;
            return true;
        }

        string target = part;
        level = LogLevel.Trace;
        int open = part.IndexOf('[', StringComparison.Ordinal);
        int close = part.LastIndexOf(']');
        int equals = part.IndexOf('=', Math.Max(0, close));
        if (equals >= 0)
        {
            if (!TryLevel(part.AsSpan(equals + 1), out level)) return false;
            target = part[..equals];
        }

        if (open >= 0)
        {
            if (close < open) return false;
            _spans.Add(part[(open + 1)..close]);
            return true;
        }

        foreach (char c in target)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or ':' or '.')) return false;
        }

        if (target.Length == 0) return false;
        _directives.Add((target, level));
        return true;
    }
}
