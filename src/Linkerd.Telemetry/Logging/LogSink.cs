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
    /// <summary>Streams that may be open at once.</summary>
    public const int MaxStreams = 4;

    private readonly Lock _gate = new();
    private readonly Stream _output;
    private readonly TimeProvider _time;
    private readonly LogFormat _format;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<Logger> _loggers = [];
    private readonly ArrayBufferWriter<byte> _line = new(512);
    private readonly List<LogStream> _streams = [];
    private readonly ArrayBufferWriter<byte> _json = new(512);
    private LogFilter _filter;

    /// <param name="output">Where lines go.</param>
    /// <param name="format">How they are written.</param>
    /// <param name="filter">What is let through at first.</param>
    /// <param name="time">Dates JSON lines; the system's when null.</param>
    public LogSink(Stream output, LogFormat format, LogFilter filter, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
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
                SetLevels();
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

            var logger = new Logger(this, target) { Level = LevelOf(target) };
            _loggers.Add(logger);
            return logger;
        }
    }

    /// <summary>
    /// Begins a stream of lines beside the output, by its own filter. <paramref name="written"/> is called, on any thread, when lines are
    /// there after there were none. Null when <see cref="MaxStreams"/> are open.
    /// </summary>
    public LogStream? TryStream(LogFilter filter, Action written)
    {
        var stream = new LogStream(this, filter, written);
        lock (_gate)
        {
            if (_streams.Count >= MaxStreams) return null;
            _streams.Add(stream);
            SetLevels();
        }

        return stream;
    }

    internal void Remove(LogStream stream)
    {
        lock (_gate)
        {
            _streams.Remove(stream);
            SetLevels();
        }
    }

    internal void Write(string target, LogLevel level, string spans, string message)
    {
        TimeSpan since = Stopwatch.GetElapsedTime(_started);
        string uptime = string.Create(CultureInfo.InvariantCulture, $"[{(long)since.TotalSeconds,6}.{since.Ticks % TimeSpan.TicksPerSecond / 10:D6}s]");
        lock (_gate)
        {
            foreach (LogStream stream in _streams)
            {
                if (level < stream.Filter.LevelOf(target)) continue;
                _json.ResetWrittenCount();
                Json(_json, target, level, spans, message);
                stream.Add(_json.WrittenSpan);
            }

            // A stream may ask for more than the output does.
            if (level < _filter.LevelOf(target)) return;
            _line.ResetWrittenCount();
            if (_format == LogFormat.Plain) Plain(uptime, target, level, spans, message);
            else Json(_line, target, level, spans, message);
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

    private LogLevel LevelOf(string target)
    {
        LogLevel level = _filter.LevelOf(target);
        foreach (LogStream stream in _streams)
        {
            LogLevel wanted = stream.Filter.LevelOf(target);
            if (wanted < level) level = wanted;
        }

        return level;
    }

    private void SetLevels()
    {
        foreach (Logger logger in _loggers) logger.Level = LevelOf(logger.Target);
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

    private void Json(ArrayBufferWriter<byte> line, string target, LogLevel level, string spans, string message)
    {
        using (var json = new Utf8JsonWriter(line, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", _time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", Name(level));
            json.WriteStartObject("fields");
            json.WriteString("message", message);
            json.WriteEndObject();
            json.WriteString("target", target);
            if (spans.Length > 0)
            {
                json.WriteStartArray("spans");
                for (ReadOnlySpan<char> rest = spans; !rest.IsEmpty;) Span(json, TakeSpan(ref rest));
                json.WriteEndArray();
            }

            json.WriteString("threadId", $"ThreadId({Environment.CurrentManagedThreadId})");
            json.WriteEndObject();
        }

        line.GetSpan(1)[0] = (byte)'\n';
        line.Advance(1);
    }

    /// <summary>Takes <c>name</c> or <c>name{field=value …}</c> up to the next colon outside of braces.</summary>
    private static ReadOnlySpan<char> TakeSpan(ref ReadOnlySpan<char> rest)
    {
        int depth = 0;
        for (int i = 0; i < rest.Length; i++)
        {
            if (rest[i] == '{') depth++;
            else if (rest[i] == '}') depth--;
            if (rest[i] != ':' || depth > 0) continue;
            ReadOnlySpan<char> taken = rest[..i];
            rest = rest[(i + 1)..];
            return taken;
        }

        ReadOnlySpan<char> last = rest;
        rest = default;
        return last;
    }

    private static void Span(Utf8JsonWriter json, ReadOnlySpan<char> span)
    {
        int brace = span.IndexOf('{');
        json.WriteStartObject();
        if (brace >= 0)
        {
            ReadOnlySpan<char> fields = span[(brace + 1)..].TrimEnd('}');
            foreach (Range range in fields.Split(' '))
            {
                ReadOnlySpan<char> field = fields[range];
                int equals = field.IndexOf('=');
                if (equals > 0) json.WriteString(field[..equals], field[(equals + 1)..]);
            }
        }

        json.WriteString("name", brace < 0 ? span : span[..brace]);
        json.WriteEndObject();
    }
}
