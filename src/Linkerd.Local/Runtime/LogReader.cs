using System.Buffers;
using System.Globalization;
using System.Text;
using Linkerd.Local.Api;

namespace Linkerd.Local.Runtime;

/// <summary>Reads what <see cref="ContainerLog"/> wrote, with the options of <c>pods/log</c>. A container may write any bytes: they are passed on as they are.</summary>
internal sealed class LogReader(PodLogRequest request, Stream output)
{
    private const int ChunkSize = 64 * 1024;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private long _left = request.LimitBytes ?? long.MaxValue;

    /// <summary>Writes the log; with follow until <paramref name="running"/> says no and everything is written.</summary>
    public async Task CopyAsync(string path, Func<bool> running, CancellationToken cancel)
    {
        await CopyPastAsync(path, cancel);
        var file = TryOpen(path);
        try
        {
            if (file is not null && request.TailLines is { } tail)
                file.Position = TailStart(file, tail);
            while (_left > 0)
            {
                var last = !request.Follow || !running();
                // Asked before reading: once it was rotated nothing more is written to it, so that its end is the end.
                var rotated = file is null || IsRotated(file, path);
                if (file is not null)
                    await CopyLinesAsync(file, cancel);
                if (rotated && TryOpen(path) is { } next)
                {
                    file?.Dispose();
                    file = next;
                    continue;
                }

                if (last)
                    return;
                await output.FlushAsync(cancel);
                await Task.Delay(PollInterval, cancel);
            }
        }
        finally
        {
            file?.Dispose();
        }
    }

    private async Task CopyPastAsync(string path, CancellationToken cancel)
    {
        // The rotated part is only of interest when everything is asked for.
        if (request.TailLines is not null || TryOpen(path + ".1") is not { } file)
            return;
        using (file)
            await CopyLinesAsync(file, cancel);
    }

    private static long TailStart(FileStream file, long lines)
    {
        var buffer = new byte[ChunkSize];
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

    // Writes whole lines, and leaves the file at the start of one that is not complete yet.
    private async Task CopyLinesAsync(FileStream file, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            var held = 0;
            int read;
            while (_left > 0 && (read = await file.ReadAsync(buffer.AsMemory(held), cancel)) > 0)
            {
                var length = held + read;
                var from = 0;
                while (buffer.AsSpan(from, length - from).IndexOf((byte)'\n') is >= 0 and var end)
                {
                    await WriteAsync(buffer.AsMemory(from, end + 1), cancel);
                    from += end + 1;
                }

                buffer.AsSpan(from, length - from).CopyTo(buffer);
                held = length - from;
            }

            file.Position -= held;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> line, CancellationToken cancel)
    {
        var space = line.Span.IndexOf((byte)' ');
        var text = line.Span.IndexOf(" F "u8);
        if (space < 0 || text < 0 || _left <= 0)
            return;
        if (request.Since is { } since
            && DateTimeOffset.TryParse(Encoding.ASCII.GetString(line.Span[..space]), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time < since)
            return;
        if (request.Timestamps)
            await WritePartAsync(line[..(space + 1)], cancel);
        await WritePartAsync(line[(text + 3)..], cancel);
    }

    private async ValueTask WritePartAsync(ReadOnlyMemory<byte> part, CancellationToken cancel)
    {
        var count = (int)Math.Min(part.Length, _left);
        _left -= count;
        if (count > 0)
            await output.WriteAsync(part[..count], cancel);
    }

    // An open file goes along with its name when it is moved away.
    private static bool IsRotated(FileStream file, string path) =>
        new FileInfo($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}").LinkTarget is { } name && Path.GetFileName(name) != Path.GetFileName(path);

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
