using System.Net.Sockets;
using System.Text;

namespace Linkerd.Local.Cluster;

/// <summary>The one-line commands and answers of the node's socket, read a byte at a time so that nothing behind the line is taken.</summary>
internal static class SocketLine
{
    private const int MaxLength = 8 * 1024;

    /// <summary>Reads a line without its end; null at the end of the connection.</summary>
    public static async Task<string?> ReadAsync(Socket socket, CancellationToken cancel)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (line.Count < MaxLength)
        {
            if (await socket.ReceiveAsync(one, cancel) == 0)
                return line.Count == 0 ? null : Encoding.UTF8.GetString(line.ToArray());
            if (one[0] == (byte)'\n')
                return Encoding.UTF8.GetString(line.ToArray());
            line.Add(one[0]);
        }

        throw new IOException($"a line is longer than {MaxLength} bytes");
    }

    /// <summary>Writes a line.</summary>
    public static async Task WriteAsync(Socket socket, string line, CancellationToken cancel)
    {
        var bytes = Encoding.UTF8.GetBytes(line.ReplaceLineEndings(" ") + "\n");
        for (var sent = 0; sent < bytes.Length;)
            sent += await socket.SendAsync(bytes.AsMemory(sent), cancel);
    }
}
