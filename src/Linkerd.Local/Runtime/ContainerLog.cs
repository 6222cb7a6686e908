using System.Text;

namespace Linkerd.Local.Runtime;

/// <summary>
/// The log of one start of a container, a line for each line written: time, stream, text. At <see cref="MaxBytes"/> the older half
/// makes room (one rotated file is kept), so a container can never fill the disk.
/// </summary>
internal sealed class ContainerLog : IDisposable
{
    /// <summary>Largest file, in bytes; with the rotated one, twice as much is kept.</summary>
    public const long MaxBytes = 10 * 1024 * 1024;

    /// <summary>Longest line; longer ones are split.</summary>
    private const int MaxLine = 16 * 1024;

    private readonly string _path;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private FileStream _file;

    /// <summary>Appends to the file given.</summary>
    public ContainerLog(string path, TimeProvider clock)
    {
        _path = path;
        _clock = clock;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _file = Open();
    }

    /// <summary>Writes lines of a stream until it ends.</summary>
    public async Task CopyAsync(Stream source, string stream)
    {
        var buffer = new byte[MaxLine];
        var length = 0;
        while (true)
        {
            int read;
            try
            {
                read = await source.ReadAsync(buffer.AsMemory(length));
            }
            catch (IOException)
            {
                read = 0;
            }

            if (read == 0)
            {
                if (length > 0)
                    Write(stream, buffer.AsSpan(0, length));
                return;
            }

            length += read;
            length = WriteLines(stream, buffer, length);
        }
    }

    /// <summary>Writes a line of our own, for example why a container could not start.</summary>
    public void WriteLine(string text) => Write("stderr", Encoding.UTF8.GetBytes(text));

    public void Dispose()
    {
        lock (_lock)
            _file.Dispose();
    }

    private int WriteLines(string stream, byte[] buffer, int length)
    {
        var from = 0;
        while (buffer.AsSpan(from, length - from).IndexOf((byte)'\n') is >= 0 and var end)
        {
            Write(stream, buffer.AsSpan(from, end));
            from += end + 1;
        }

        if (from == 0 && length == buffer.Length)
        {
            Write(stream, buffer);
            return 0;
        }

        buffer.AsSpan(from, length - from).CopyTo(buffer);
        return length - from;
    }

    private void Write(string stream, ReadOnlySpan<byte> line)
    {
        var head = Encoding.ASCII.GetBytes($"{_clock.GetUtcNow().UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'} {stream} F ");
        lock (_lock)
        {
            if (_file.SafeFileHandle.IsClosed)
                return;
            if (_file.Length > MaxBytes)
                Rotate();
            Span<byte> whole = line.Length + head.Length + 1 <= 2048 ? stackalloc byte[line.Length + head.Length + 1] : new byte[line.Length + head.Length + 1];
            head.CopyTo(whole);
            line.CopyTo(whole[head.Length..]);
            whole[^1] = (byte)'\n';
            _file.Write(whole);
        }
    }

    private void Rotate()
    {
        _file.Dispose();
        File.Move(_path, _path + ".1", overwrite: true);
        _file = Open();
    }

    private FileStream Open() => new(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
}
