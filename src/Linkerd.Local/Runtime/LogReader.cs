using System.Globalization;
using System.Text;
using Linkerd.Local.Api;

namespace Linkerd.Local.Runtime;

/// <summary>Reads what <see cref="ContainerLog"/> wrote, with the options of <c>pods/log</c>.</summary>
internal sealed class LogReader(PodLogRequest request, Stream output)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private long _left = request.LimitBytes ?? long.MaxValue;

    /// <summary>Writes the log; with follow until <paramref name="running"/> says no and everything is written.</summary>
    public async Task CopyAsync(string path, Func<bool> running, CancellationToken cancel)
    {
        await CopyPastAsync(path, cancel);
        var position = File.Exists(path) ? await CopyCurrentAsync(path, cancel) : 0;
        while (request.Follow && _left > 0)
        {
            var last = !running();
            position = await CopyFromAsync(path, position, cancel);
            if (last)
                return;
            await output.FlushAsync(cancel);
            await Task.Delay(PollInterval, cancel);
        }
    }

    private async Task CopyPastAsync(string path, CancellationToken cancel)
    {
        // The rotated part is only of interest when everything is asked for.
        if (request.TailLines is null && File.Exists(path + ".1"))
            await CopyFromAsync(path + ".1", 0, cancel);
    }

    private async Task<long> CopyCurrentAsync(string path, CancellationToken cancel)
    {
        if (request.TailLines is not { } tail)
            return await CopyFromAsync(path, 0, cancel);
        return await CopyFromAsync(path, TailStart(path, tail), cancel);
    }

    private static long TailStart(string path, long lines)
    {
        using var file = Open(path);
        var buffer = new byte[64 * 1024];
        var position = file.Length;
        var seen = 0L;
        while (position > 0)
        {
            var chunk = (int)Math.Min(buffer.Length, position);
            position -= chunk;
            file.Position = position;
            file.ReadExactly(buffer, 0, chunk);
            for (var i = chunk - 1; i >= 0; i--)
            {
                // The newline at the very end closes the last line; each one before it opens a line.
                if (buffer[i] == (byte)'\n' && seen++ == lines)
                    return position + i + 1;
            }
        }

        return 0;
    }

    private async Task<long> CopyFromAsync(string path, long position, CancellationToken cancel)
    {
        if (!File.Exists(path))
            return position;
        using var file = Open(path);
        if (position > file.Length)
            position = 0; // It was rotated in between.
        file.Position = position;
        using var reader = new StreamReader(file, Encoding.UTF8, false, 64 * 1024, leaveOpen: true);
        var text = await reader.ReadToEndAsync(cancel);
        var end = text.LastIndexOf('\n') + 1;
        foreach (var line in text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            await WriteAsync(line, cancel);
        return position + Encoding.UTF8.GetByteCount(text.AsSpan(0, end));
    }

    private async Task WriteAsync(string line, CancellationToken cancel)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        var text = line.IndexOf(" F ", StringComparison.Ordinal);
        if (space < 0 || text < 0 || _left <= 0)
            return;
        if (request.Since is { } since
            && DateTimeOffset.TryParse(line.AsSpan(0, space), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time < since)
            return;
        var bytes = Encoding.UTF8.GetBytes((request.Timestamps ? line[..(space + 1)] : "") + line[(text + 3)..] + "\n");
        var count = (int)Math.Min(bytes.Length, _left);
        _left -= count;
        await output.WriteAsync(bytes.AsMemory(0, count), cancel);
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
