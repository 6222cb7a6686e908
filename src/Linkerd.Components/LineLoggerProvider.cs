using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Linkerd.Components;

/// <summary>One line per message: <c>time="…" level=info msg="…" key=value</c>, or the same as a JSON object.</summary>
internal sealed class LineLoggerProvider(TextWriter output, bool json, TimeProvider time) : ILoggerProvider
{
    private readonly Lock _lock = new();

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    public void Dispose() => output.Flush();

    private void Write(string component, LogLevel level, string message, IReadOnlyList<KeyValuePair<string, object?>> fields, Exception? exception)
    {
        var line = json ? Json(component, level, message, fields, exception) : Plain(component, level, message, fields, exception);
        lock (_lock)
            output.WriteLine(line);
    }

    private string Plain(string component, LogLevel level, string message, IReadOnlyList<KeyValuePair<string, object?>> fields, Exception? exception)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"time=\"{Now()}\" level={Name(level)} msg={Quote(message)} component={Quote(component)}");
        foreach (var (key, value) in fields)
            line.Append(CultureInfo.InvariantCulture, $" {FieldName(key)}={Quote(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")}");
        if (exception is not null)
            line.Append(CultureInfo.InvariantCulture, $" error={Quote(exception.ToString())}");
        return line.ToString();
    }

    private string Json(string component, LogLevel level, string message, IReadOnlyList<KeyValuePair<string, object?>> fields, Exception? exception)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (key, value) in fields)
                writer.WriteString(FieldName(key), Convert.ToString(value, CultureInfo.InvariantCulture));
            writer.WriteString("component", component);
            writer.WriteString("level", Name(level));
            writer.WriteString("msg", message);
            writer.WriteString("time", Now());
            if (exception is not null)
                writer.WriteString("error", exception.ToString());
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private string Now() => time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string FieldName(string key) => char.ToLowerInvariant(key[0]) + key[1..];

    private static string Quote(string text)
    {
        var plain = text.Length > 0 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '/' or '@' or '^' or '+');
        return plain ? text : "\"" + JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping) + "\"";
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "fatal",
    };

    private sealed class LineLogger(LineLoggerProvider owner, string component) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var fields = (state as IReadOnlyList<KeyValuePair<string, object?>> ?? []).Where(static f => f.Key != "{OriginalFormat}").ToList();
            owner.Write(component, logLevel, formatter(state, exception), fields, exception);
        }
    }
}
