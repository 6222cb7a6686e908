namespace Linkerd.Components.Webhooks;

/// <summary>
/// A file parsed into a value, read again when it has changed. Kubernetes swaps mounted files by a symbolic link to their folder: the file's
/// own link stays as it was, so it is the text that is compared, not a time.
/// </summary>
internal sealed class ReloadingFile<T>(string path, Func<string, T> parse, TimeProvider time)
    where T : class
{
    /// <summary>A burst of requests looks at the disk once.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private T? _value;
    private string? _text;
    private long _checked;

    /// <summary>The value of the file as it is now. When a changed file cannot be read or parsed the last good one stays.</summary>
    /// <exception cref="InvalidDataException">It could never be read; the message names the file and the fault.</exception>
    public T Value
    {
        get
        {
            lock (_lock)
            {
                if (_value is not null && time.GetElapsedTime(_checked) < CheckInterval)
                    return _value;
                _checked = time.GetTimestamp();
                return Refresh();
            }
        }
    }

    private T Refresh()
    {
        try
        {
            var text = File.ReadAllText(path);
            if (_value is not null && text == _text)
                return _value;
            _value = parse(text);
            _text = text;
            return _value;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or System.Text.Json.JsonException)
        {
            return _value ?? throw new InvalidDataException($"cannot read {path}: {e.Message}", e);
        }
    }
}
