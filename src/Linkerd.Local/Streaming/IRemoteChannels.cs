using System.Threading.Channels;
using Linkerd.Local.Api;

namespace Linkerd.Local.Streaming;

/// <summary>The streams of one exec or attach, whatever protocol carries them.</summary>
internal interface IRemoteChannels : IAsyncDisposable
{
    Stream? Stdin { get; }

    Stream? Stdout { get; }

    Stream? Stderr { get; }

    ChannelReader<TerminalSize>? Resizes { get; }

    /// <summary>Cancelled when the client goes.</summary>
    CancellationToken Closed { get; }

    /// <summary>Sends the final status and ends the streams.</summary>
    Task FinishAsync(byte[] status);
}
