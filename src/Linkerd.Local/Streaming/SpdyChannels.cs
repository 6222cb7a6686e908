using System.Threading.Channels;
using Linkerd.Local.Api;

namespace Linkerd.Local.Streaming;

/// <summary>The streams of an exec or attach over SPDY: the client opens one for each, named by its <c>streamType</c>.</summary>
internal sealed class SpdyChannels : IRemoteChannels
{
    private static readonly TimeSpan OpenWithin = TimeSpan.FromSeconds(30);
    private readonly SpdySession _session;
    private readonly Dictionary<string, SpdyStream> _streams;
    private readonly Channel<TerminalSize> _sizes = TerminalSizes.Create();

    private SpdyChannels(SpdySession session, Dictionary<string, SpdyStream> streams)
    {
        _session = session;
        _streams = streams;
        Stdin = streams.GetValueOrDefault("stdin")?.Incoming;
        Stdout = streams.GetValueOrDefault("stdout");
        Stderr = streams.GetValueOrDefault("stderr");
        if (!streams.TryGetValue("resize", out var resize)) return;
        Resizes = _sizes.Reader;
        _ = ReadSizesAsync(resize.Incoming);
    }

    public Stream? Stdin { get; }

    public Stream? Stdout { get; }

    public Stream? Stderr { get; }

    public ChannelReader<TerminalSize>? Resizes { get; }

    public CancellationToken Closed => _session.Closed;

    /// <summary>Waits until the client has opened every stream that it asked for.</summary>
    public static async Task<SpdyChannels> OpenAsync(Stream transport, ExecParameters wanted, bool resizes)
    {
        var session = new SpdySession(transport);
        var names = new List<string> { "error" };
        if (wanted.Stdin) names.Add("stdin");
        if (wanted.Stdout) names.Add("stdout");
        if (wanted.Stderr && !wanted.Tty) names.Add("stderr");
        if (wanted.Tty && resizes) names.Add("resize");
        var streams = new Dictionary<string, SpdyStream>();
        using var limit = new CancellationTokenSource(OpenWithin);
        try
        {
            while (streams.Count < names.Count)
            {
                var stream = await session.Opened.ReadAsync(limit.Token);
                if (stream.Headers.TryGetValue("streamType", out var type)) streams.TryAdd(type, stream);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            await session.DisposeAsync();
            throw new IOException("the client did not open the streams that it asked for", e);
        }
        return new SpdyChannels(session, streams);
    }

    public async Task FinishAsync(byte[] status)
    {
        try
        {
            foreach (var name in (string[])["stdout", "stderr"])
                if (_streams.TryGetValue(name, out var stream)) await stream.FinishAsync();
            await _streams["error"].WriteAsync(status);
            await _streams["error"].FinishAsync();
            // The client closes the connection when it has read the status; a moment of patience keeps it from being cut off.
            await Task.WhenAny(WaitClosedAsync(), Task.Delay(TimeSpan.FromSeconds(1)));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The client is gone.
        }
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private async Task WaitClosedAsync()
    {
        while (await _session.Opened.WaitToReadAsync()) _session.Opened.TryRead(out _);
    }

    private async Task ReadSizesAsync(Stream resize)
    {
        var buffer = new byte[1024];
        try
        {
            for (int count; (count = await resize.ReadAsync(buffer)) > 0;) TerminalSizes.Offer(_sizes.Writer, buffer.AsSpan(0, count));
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // No more sizes.
        }
        _sizes.Writer.TryComplete();
    }
}
