using System.Runtime.CompilerServices;

namespace Linkerd.Telemetry;

/// <summary>Builds an interpolated log message, unless the logger would drop it.</summary>
[InterpolatedStringHandler]
public ref struct LogMessage
{
    private DefaultInterpolatedStringHandler _text;

    public LogMessage(int literalLength, int formattedCount, Logger logger, LogLevel level, out bool enabled)
    {
        ArgumentNullException.ThrowIfNull(logger);
        enabled = Enabled = logger.IsEnabled(level);
        if (enabled) _text = new DefaultInterpolatedStringHandler(literalLength, formattedCount);
    }

    internal bool Enabled { get; }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    internal string ToStringAndClear() => _text.ToStringAndClear();
}
