using System.Net;
using System.Text;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Net;

namespace Linkerd.Proxy.Inbound;

/// <summary>
/// Service profiles of what requests were sent to, for one worker: the routes that a client's proxy counts are counted on the server's side too. A name is
/// asked for with its first request, which does not wait for the answer.
/// </summary>
internal sealed class InboundProfiles(ProxyRuntime runtime, Worker worker)
{
    /// <summary>Names that are watched at the same time; a client can ask for any number, and those beyond have no routes.</summary>
    public const int Max = 100;

    private const int MaxLength = 253 + 6;

    private readonly List<InboundProfile> _known = [];
    private readonly IReadOnlyList<string> _suffixes = runtime.Config.Outbound.ProfileSuffixes;
    private LoopTimer? _idle;

    /// <summary>The profile of the destination that the client's proxy found, else of the request's authority; null for a name that has none.</summary>
    public InboundProfile? Find(HeaderBlock request)
    {
        if (!request.TryGet(KnownHeader.L5dDstCanonical, out ReadOnlySpan<byte> name)) name = request.Authority;
        foreach (InboundProfile known in _known)
        {
            if (!Ascii.EqualsIgnoreCase(known.Name, name)) continue;
            known.UsedAt = worker.Loop.Now;
            return known;
        }

        return name.Length <= MaxLength && IsDiscovered(HostOf(name)) ? Add(name) : null;
    }

    private static ReadOnlySpan<byte> HostOf(ReadOnlySpan<byte> name)
    {
        int colon = name.LastIndexOf((byte)':');
        ReadOnlySpan<byte> host = colon < 0 ? name : name[..colon];
        return host is [.., (byte)'.'] ? host[..^1] : host;
    }

    private bool IsDiscovered(ReadOnlySpan<byte> host)
    {
        if (host.IsEmpty) return false;
        foreach (string suffix in _suffixes)
        {
            if (suffix.Length == 0) return true;
            if (host.Length < suffix.Length || !Ascii.EqualsIgnoreCase(host[^suffix.Length..], suffix)) continue;
            if (host.Length == suffix.Length || host[^(suffix.Length + 1)] == (byte)'.') return true;
        }

        return false;
    }

    private InboundProfile? Add(ReadOnlySpan<byte> name)
    {
        if (_known.Count == Max || !HostPort.TryParse(Encoding.Latin1.GetString(name), out HostPort target, 80) || IPAddress.TryParse(target.Host, out _)) return null;
        var made = new InboundProfile(runtime, worker, name.ToArray(), target);
        _known.Add(made);
        _idle ??= new LoopTimer(worker.Loop, static self => ((InboundProfiles)self!).ForgetIdle(), this);
        if (!_idle.IsRunning) _idle.Start(runtime.Config.Inbound.DiscoveryIdleTimeout);
        return made;
    }

    private void ForgetIdle()
    {
        TimeSpan idle = runtime.Config.Inbound.DiscoveryIdleTimeout;
        long before = worker.Loop.Now - (idle.Ticks * TimeSpan.NanosecondsPerTick);
        for (int i = _known.Count - 1; i >= 0; i--)
        {
            if (_known[i].UsedAt > before) continue;
            _known[i].Dispose();
            _known.RemoveAt(i);
        }

        if (_known.Count > 0) _idle!.Start(idle);
    }
}
