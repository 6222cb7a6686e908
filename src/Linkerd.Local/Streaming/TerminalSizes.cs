using System.Text.Json;
using System.Threading.Channels;
using Linkerd.Local.Api;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Streaming;

/// <summary>Reads the JSON window sizes that clients send.</summary>
internal static class TerminalSizes
{
    public static Channel<TerminalSize> Create() =>
        Channel.CreateBounded<TerminalSize>(new BoundedChannelOptions(4) { FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>Parses one or more sizes that came in one piece; what is not a size is ignored.</summary>
    public static void Offer(ChannelWriter<TerminalSize> writer, ReadOnlySpan<byte> utf8)
    {
        foreach (var range in utf8.Split((byte)'\n'))
        {
            try
            {
                if (utf8[range].Length == 0) continue;
                var node = Json.ParseObject(utf8[range]);
                writer.TryWrite(new TerminalSize((ushort)(node.Long("Width") ?? 80), (ushort)(node.Long("Height") ?? 24)));
            }
            catch (JsonException)
            {
                // A client's garbage concerns nobody but its own terminal.
            }
        }
    }
}
