using System.Threading.Channels;

namespace Linkerd.Local.Runtime;

/// <summary>Says that something changed; many changes before the listener comes round are one.</summary>
internal sealed class ChangeSignal
{
    private readonly Channel<byte> _channel = Channel.CreateBounded<byte>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Something changed.</summary>
    public void Set() => _channel.Writer.TryWrite(0);

    /// <summary>Completes at the next change, or at once when there was one since the last wait.</summary>
    public async ValueTask WaitAsync(CancellationToken cancel) => await _channel.Reader.ReadAsync(cancel);
}
