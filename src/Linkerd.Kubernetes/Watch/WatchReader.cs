using System.Text.Json;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Kubernetes;

/// <summary>Cuts the body of a watch into lines and reads each as an event; holds at most one event.</summary>
internal sealed class WatchReader<T>(Stream stream, ResourceType<T> type)
    where T : class
{
    /// <summary>Largest event; etcd's limit for an object is 1.5 MiB, and JSON may be longer than what is stored.</summary>
    private const int MaxEvent = 16 << 20;

    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;
    private int _searched;

    /// <summary>The next event, null at the end of the watch.</summary>
    public async ValueTask<WatchEvent<T>?> ReadAsync(CancellationToken cancel)
    {
        while (true)
        {
            var newline = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                var line = _buffer.AsMemory(_start, _searched + newline - _start);
                _start = _searched = _searched + newline + 1;
                if (!line.Span.Trim(" \r\t"u8).IsEmpty)
                    return Parse(line.Span);
                continue;
            }

            _searched = _end;
            if (!await FillAsync(cancel))
                return null;
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancel)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
            _searched = _end;
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= MaxEvent)
                throw Malformed($"an event is larger than {MaxEvent} bytes");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancel);
        _end += read;
        return read > 0;
    }

    private WatchEvent<T> Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            var body = Split(line, out var kind);
            if (kind == "ERROR")
                throw KubernetesException.FromStatus(JsonSerializer.Deserialize(body, KubernetesJson.Default.Status) ?? new Status { Message = "the watch ended with an error" });
            WatchEventType? eventType = kind switch
            {
                "ADDED" => WatchEventType.Added,
                "MODIFIED" => WatchEventType.Modified,
                "DELETED" => WatchEventType.Deleted,
                "BOOKMARK" => WatchEventType.Bookmark,
                _ => null,
            };
            if (eventType is null || JsonSerializer.Deserialize(body, type.Json) is not { } value)
                throw Malformed($"event of type \"{kind}\" without a usable object");
            return new WatchEvent<T>(eventType.Value, type.Stamp(value));
        }
        catch (JsonException e)
        {
            throw Malformed(e.Message);
        }
    }

    /// <summary>Finds <c>type</c> and the bytes of <c>object</c> without building a document.</summary>
    private static ReadOnlySpan<byte> Split(ReadOnlySpan<byte> line, out string? kind)
    {
        kind = null;
        ReadOnlySpan<byte> body = default;
        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = KubernetesJson.MaxNesting });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("a watch event is not an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (isType && reader.TokenType == JsonTokenType.String)
                kind = reader.GetString();
            reader.Skip();
            if (isObject)
                body = line[start..(int)reader.BytesConsumed];
        }

        return body;
    }

    private KubernetesException Malformed(string what) => new($"watch of {type}: {what}", 0, KubernetesException.Malformed);
}
