using System.Globalization;

namespace Linkerd.Demo;

/// <summary>Settings out of the environment. What is malformed is listed all at once.</summary>
internal sealed class DemoSettings(Func<string, string?> environment)
{
    private readonly List<string> _errors = [];

    public IReadOnlyList<string> Errors => _errors;

    public string Text(string name, string fallback) => environment(name) is { Length: > 0 } value ? value : fallback;

    /// <summary>A port; 0 where the fallback is 0 and nothing is set: off.</summary>
    public int Port(string name, int fallback)
    {
        if (environment(name) is not { Length: > 0 } value)
            return fallback;
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536)
            return port;
        _errors.Add($"{name} '{value}': must be a port, 1 to 65535");
        return fallback;
    }

    public double Number(string name, double fallback, double min, double max)
    {
        if (environment(name) is not { Length: > 0 } value)
            return fallback;
        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        _errors.Add(string.Create(CultureInfo.InvariantCulture, $"{name} '{value}': must be a number from {min} to {max}"));
        return fallback;
    }

    /// <summary>A span such as <c>250ms</c>, <c>2s</c> or <c>1m</c>; a bare number is seconds.</summary>
    public TimeSpan Span(string name)
    {
        if (environment(name) is not { Length: > 0 } value)
            return TimeSpan.Zero;
        var digits = value.TrimEnd('m', 's', 'h');
        var unit = value[digits.Length..] switch
        {
            "" or "s" => TimeSpan.FromSeconds(1),
            "ms" => TimeSpan.FromMilliseconds(1),
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            _ => TimeSpan.Zero,
        };
        if (unit > TimeSpan.Zero && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 86_400)
            return unit * number;
        _errors.Add($"{name} '{value}': must be a span such as 250ms, 2s or 1m");
        return TimeSpan.Zero;
    }
}
