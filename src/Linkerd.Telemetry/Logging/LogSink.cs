using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Linkerd.Telemetry;

/// <summary>
/// Where log lines go: one stream, one format, one filter that can be changed at any time. Lines are written whole, under a lock;
/// what is filtered out costs one compare.
/// </summary>
public sealed class LogSink
{
    private readonly Lock _gate = new();
    private readonly Stream _output;
    private readonly LogFormat _format;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<Logger> _loggers = [];
    private readonly ArrayBufferWriter<byte> _line = new(512);
    private LogFilter _filter;

    public LogSink(Stream output, LogFormat format, LogFilter filter)
    {
        _output = output;
        _format = format;
        _filter = filter;
    }

    /// <summary>The filter in force. Setting it takes effect at once for every logger.</summary>
    public LogFilter Filter
    {
        get => _filter;
        set
        {
            lock (_gate)
            {
                _filter = value;
                foreach (Logger logger in _loggers) logger.Level = value.LevelOf(logger.Target);
            }
        }
    }

    /// <summary>A logger for a target such as <c>linkerd_proxy::identity</c>.</summary>
    public Logger For(string target)
    {
        lock (_gate)
        {
            foreach (Logger known in _loggers)
            {
                if (known.Target == target) return known;
            }

            var logger = new Logger(this, target) { Level = _filter.LevelOf(target) };
            _loggers.Add(logger);
            return logger;
        }
    }

    internal void Write(string target, LogLevel level, string spans, string message)
    {
        TimeSpan since = Stopwatch.GetElapsedTime(_started);
        string uptime = string.Create(CultureInfo.InvariantCulture, $"[{(long)since.TotalSeconds,6}.{since.Ticks % TimeSpan.TicksPerSecond / 10:D6}s]");
        lock (_gate)
        {
            _line.ResetWrittenCount();
            if (_format == LogFormat.Plain) Plain(uptime, target, level, spans, message);
            else Json(uptime, target, level, spans, message);
            try
            {
                _output.Write(_line.WrittenSpan);
                _output.Flush();
            }
            catch (IOException)
            {
                // Nobody reads the log any more; the proxy goes on.
            }
        }
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "TRACE",
        LogLevel.Debug => "DEBUG",
        LogLevel.Info => "INFO",
        LogLevel.Warn => "WARN",
        _ => "ERROR",
    };

    private void Plain(string uptime, string target, LogLevel level, string spans, string message)
    {
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{uptime} {Name(level),5} ThreadId({Environment.CurrentManagedThreadId:D2}) {spans}{(spans.Length > 0 ? ": " : string.Empty)}{target}: {message.ReplaceLineEndings("\\n")}\n");
        _line.Advance(Encoding.UTF8.GetBytes(text, _line.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
    }

    private void Json(string uptime, string target, LogLevel level, string spans, string message)
    {
        using (var json = new Utf8JsonWriter(_line))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", uptime);
            json.WriteString("level", Name(level));
            json.WriteStartObject("fields");
            json.WriteString("message", message);
            json.WriteEndObject();
            json.WriteString("target", target);
            if (spans.Length > 0)
            {
                json.WriteStartArray("spans");
                foreach (string span in spans.Split(':', StringSplitOptions.RemoveEmptyEntries))
                {
                    json.WriteStartObject();
                    json.WriteString("name", span);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteString("threadId", $"ThreadId({Environment.CurrentManagedThreadId})");
            json.WriteEndObject();
        }

        _line.GetSpan(1)[0] = (byte)'\n';
        _line.Advance(1);
    }
}
