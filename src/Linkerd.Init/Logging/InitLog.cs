using System.Globalization;
using System.Text;

namespace Linkerd.Init.Logging;

/// <summary>Log lines on stderr, as key and value pairs or as JSON.</summary>
internal sealed class InitLog(TextWriter output, TimeProvider clock)
{
    private static readonly string[] Levels = ["trace", "debug", "info", "warning", "error", "fatal", "panic"];
    private int _threshold = 2;
    private bool _json;

    /// <summary>The first error, which mostly is the cause of those after it; empty: there was none.</summary>
    public string FirstError { get; private set; } = "";

    /// <summary>Returns false when the level is not known.</summary>
    public bool TrySetLevel(string level)
    {
        var index = Array.IndexOf(Levels, level.ToLowerInvariant() is "warn" ? "warning" : level.ToLowerInvariant());
        if (index < 0)
            return false;
        _threshold = index;
        return true;
    }

    /// <summary><c>json</c>; anything else is plain.</summary>
    public void SetFormat(string format) => _json = format == "json";

    public void Debug(string message) => Write(1, message);

    public void Info(string message) => Write(2, message);

    public void Warn(string message) => Write(3, message);

    public void Error(string message)
    {
        FirstError = FirstError.Length == 0 ? message : FirstError;
        Write(4, message);
    }

    private void Write(int level, string message)
    {
        if (level < _threshold)
            return;
        var time = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        output.WriteLine(_json
            ? $"{{\"level\":\"{Levels[level]}\",\"msg\":{Quote(message)},\"time\":\"{time}\"}}"
            : $"time=\"{time}\" level={Levels[level]} msg={Quote(message)}");
    }

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var letter in text)
        {
            _ = letter switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                < ' ' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                _ => quoted.Append(letter),
            };
        }
        return quoted.Append('"').ToString();
    }
}
