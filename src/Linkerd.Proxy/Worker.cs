using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Identity;

namespace Linkerd.Proxy;

/// <summary>One thread of the data path: its loop, its pools, its view of the shared state. Everything here is used on the loop only.</summary>
public sealed class Worker
{
    private static readonly TimeSpan s_afterDefect = TimeSpan.FromSeconds(1);

    private readonly LoopTimer _times;

    public Worker(int index, EventLoop loop)
    {
        ArgumentNullException.ThrowIfNull(loop);
        Index = index;
        Loop = loop;
        Http = new HttpResources(() => loop.Now / 1_000_000);
        _times = new LoopTimer(loop, static self => ((Worker)self!).CheckTimes(), this);
        Http.CheckWanted = within => _times.Start(TimeSpan.FromMilliseconds(within));
    }

    /// <summary>Index of this worker's metric cells.</summary>
    public int Index { get; }

    public EventLoop Loop { get; }

    /// <summary>Pools of the HTTP sessions of this loop.</summary>
    public HttpResources Http { get; }

    /// <summary>What HTTP peers made this worker refuse; the admin server's and the control plane's are in <see cref="Http"/>.</summary>
    public Stack.HttpPeers HttpPeers { get; } = new();

    /// <summary>Open connections, whose bytes are counted before a scrape.</summary>
    public Metrics.ConnectionSweep Connections { get; } = new();

    /// <summary>The TLS contexts in force; replaced whole when a certificate or a trust anchor changes. Null until the first certificate, and without identity.</summary>
    public TlsContexts? Tls { get; set; }

    /// <summary>The taps that are open; null, and one branch for each request, when nobody looks.</summary>
    internal Tap.TapWriter[]? Taps { get; set; }

    /// <summary>Logs inbound requests; null when that is off.</summary>
    internal AccessLog.AccessLogger? AccessLog { get; set; }

    /// <summary>Propagates and exports traces; null when that is off.</summary>
    internal Tracing.Tracer? Tracer { get; set; }

    /// <summary>Accepted connections that are being served; what a drain waits for.</summary>
    public int Serving { get; set; }

    /// <summary>The proxy ends: connections finish what they have, nothing new is taken.</summary>
    public bool IsDraining { get; set; }

    private void CheckTimes()
    {
        // Started first: should what ends a connection throw, the limits of the others still hold.
        _times.Start(s_afterDefect);
        if (Http.CheckTimes() is var next and > 0) _times.Start(TimeSpan.FromMilliseconds(next));
        else _times.Stop();
    }
}
