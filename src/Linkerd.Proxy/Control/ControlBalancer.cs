using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Dns;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Control;

/// <summary>
/// Spreads calls over the addresses of one control-plane service, on the control loop. The name is resolved on first use, again when its
/// answer has grown old, and early when no address works. While no address is known calls wait, up to a bound; when none has worked for
/// the fail-fast time, calls fail at once until one does. While none works the name is asked at least every two seconds, so that a control
/// plane that comes back elsewhere is found before what it used to say has become wrong.
/// </summary>
public sealed class ControlBalancer : HttpClient
{
    /// <summary>Calls that may wait for the first address.</summary>
    public const int Capacity = 100;

    /// <summary>How long no address may work before calls fail at once.</summary>
    public static readonly TimeSpan FailFast = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_shortestRefresh = TimeSpan.FromSeconds(1);

    /// <summary>Between attempts to resolve; the jitter keeps the proxies of a large mesh from asking in step.</summary>
    private static readonly ExponentialBackoff s_resolveBackoff = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1.4), Jitter: 0.4);

    private readonly EventLoop _loop;
    private readonly TimeSpan _failFastAfter;
    private readonly string _name;
    private readonly Func<Task<DnsAnswer>> _resolve;
    private readonly Func<SocketAddress, HttpClient> _connect;
    private readonly BalancerMetrics? _metrics;
    private readonly Logger _log;
    private readonly Dictionary<SocketAddress, Member> _members = [];
    private readonly Dictionary<IHttpCall, Member> _calls = [];
    private readonly LinkedList<(IHttpCall Call, long Since)> _waiting = new();
    private readonly LoopTimer _refresh;
    private readonly LoopTimer _failFast;
    private bool _started;
    private bool _retired;
    private bool _resolving;
    private bool _isShut;
    private bool _wasReady;
    private int _failures;
    private long _resolvedAt;
    private long _triedAt;
    private string _lastError = string.Empty;

    /// <param name="loop">The control loop.</param>
    /// <param name="name">Of the service, for messages.</param>
    /// <param name="resolve">Resolves it; throws <see cref="IOException"/>.</param>
    /// <param name="connect">Makes the client of an address.</param>
    /// <param name="metrics">Told of everything; null for none.</param>
    /// <param name="log">Told what fails.</param>
    /// <param name="failFast">Default <see cref="FailFast"/>.</param>
    public ControlBalancer(EventLoop loop, string name, Func<Task<DnsAnswer>> resolve, Func<SocketAddress, HttpClient> connect, BalancerMetrics? metrics, Logger log, TimeSpan? failFast = null)
    {
        _failFastAfter = failFast ?? FailFast;
        _loop = loop;
        _name = name;
        _resolve = resolve;
        _connect = connect;
        _metrics = metrics;
        _log = log;
        _refresh = new LoopTimer(loop, static self => ((ControlBalancer)self!).Resolve(), this);
        _failFast = new LoopTimer(loop, static self => ((ControlBalancer)self!).Shut(), this);
    }

    public override bool IsReady => ReadyCount > 0;

    /// <summary>Called on the loop when an address works again after none did, and when the first one works.</summary>
    public Action? Recovered { get; set; }

    /// <summary>Addresses known.</summary>
    public int Count => _members.Count;

    /// <summary>Addresses that a call can be sent to at once.</summary>
    public int ReadyCount
    {
        get
        {
            int count = 0;
            foreach (Member member in _members.Values)
            {
                if (member.Client.IsReady) count++;
            }

            return count;
        }
    }

    public override void Prime()
    {
        if (_started) return;
        _started = true;
        _failFast.Start(_failFastAfter);
        Resolve();
    }

    public override void Open(IHttpCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        Prime();
        _metrics?.OnRequest();
        if (_isShut || _retired || (_members.Count == 0 && _waiting.Count >= Capacity))
        {
            _metrics?.OnFailed();
            string reason = _lastError.Length > 0 ? $": {_lastError}" : string.Empty;
            call.OnFailed(new ProxyError(ProxyErrorKind.FailFast, $"no address of {_name} works{reason}"));
            return;
        }

        if (_members.Count > 0)
        {
            _metrics?.OnReady();
            Send(call);
            return;
        }

        // Whoever calls has its own backoff: it is not made to wait for that of the resolver too.
        if (!_resolving && _loop.Now - _triedAt >= (long)s_shortestRefresh.TotalNanoseconds) Resolve();
        if (_members.Count > 0)
        {
            Send(call);
            return;
        }

        if (!_resolving)
        {
            // The name was asked for in vain a moment ago.
            _metrics?.OnFailed();
            call.OnFailed(new ProxyError(ProxyErrorKind.ConnectFailed, _lastError));
            return;
        }

        _waiting.AddLast((call, _loop.Now));
        ShowState();
    }

    public override void Cancel(IHttpCall call)
    {
        for (LinkedListNode<(IHttpCall Call, long Since)>? node = _waiting.First; node is not null; node = node.Next)
        {
            if (node.Value.Call != call) continue;
            _waiting.Remove(node);
            ShowState();
            return;
        }

        if (_calls.TryGetValue(call, out Member? member)) member.Client.Cancel(call);
    }

    /// <summary>A call has ended, however: its member is less loaded.</summary>
    public void Release(IHttpCall call)
    {
        if (_calls.Remove(call, out Member? member)) member.Load--;
    }

    public override void Retire()
    {
        if (_retired) return;
        _retired = true;
        _refresh.Stop();
        _failFast.Stop();
        int count = _members.Count;
        foreach (Member member in _members.Values) member.Client.Retire();
        _members.Clear();
        FailWaiting("the proxy ends");
        _metrics?.OnClosed(count);
    }

    private void Send(IHttpCall call)
    {
        Member member = Pick();
        member.Load++;
        _calls[call] = member;
        member.Client.Open(call);
    }

    /// <summary>The less loaded of two, of those that are ready or else of all: a connection that is being opened may yet come up, and one that cannot be says why.</summary>
    private Member Pick()
    {
        bool onlyReady = ReadyCount > 0;
        Member[] candidates = [.. _members.Values.Where(m => !onlyReady || m.Client.IsReady)];
        Member first = candidates[Random.Shared.Next(candidates.Length)];
        Member second = candidates[Random.Shared.Next(candidates.Length)];
        return second.Load < first.Load ? second : first;
    }

    private void Resolve()
    {
        if (_resolving || _retired) return;
        _resolving = true;
        _triedAt = _loop.Now;
        _refresh.Stop();
        _ = ResolveAsync();
    }

    private async Task ResolveAsync()
    {
        try
        {
            DnsAnswer answer = await _resolve();
            _resolving = false;
            if (_retired) return;
            _failures = 0;
            _lastError = string.Empty;
            _resolvedAt = _loop.Now;
            Take(answer.Addresses);
            if (answer.Ttl != Timeout.InfiniteTimeSpan) _refresh.Start(IsReady ? answer.Ttl : Sooner(answer.Ttl));
        }
        catch (IOException exception)
        {
            _resolving = false;
            if (_retired) return;
            _lastError = exception.Message;
            _log.Log(LogLevel.Warn, $"Failed to resolve control-plane component error={exception.Message}", $"controller{{addr={_name}}}");
            // Addresses that were known stay in use: a name server that is away takes nothing else down.
            if (_members.Count == 0) FailWaiting(exception.Message);
            _refresh.Start(s_resolveBackoff.Delay(_failures++, Random.Shared.NextDouble()));
        }
    }

    /// <summary>An answer whose addresses do not work (yet) is not believed for as long as it says.</summary>
    private static TimeSpan Sooner(TimeSpan ttl)
    {
        TimeSpan soon = s_resolveBackoff.Delay(int.MaxValue, Random.Shared.NextDouble());
        return soon < ttl ? soon : ttl;
    }

    private void Take(IReadOnlyList<SocketAddress> addresses)
    {
        int removed = 0;
        foreach ((SocketAddress address, Member member) in _members.ToArray())
        {
            if (addresses.Contains(address)) continue;
            _members.Remove(address);
            member.Client.ReadyChanged = null;
            member.Client.Retire();
            removed++;
        }

        int added = 0;
        foreach (SocketAddress address in addresses)
        {
            if (_members.ContainsKey(address)) continue;
            var member = new Member(_connect(address));
            member.Client.ReadyChanged = _ => OnReadyChanged();
            _members.Add(address, member);
            member.Client.Prime();
            added++;
        }

        _metrics?.OnUpdate(added, removed);
        while (_members.Count > 0 && _waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            _metrics?.OnWaited((_loop.Now - first.Value.Since) / 1e9);
            Send(first.Value.Call);
        }

        OnReadyChanged();
    }

    private void OnReadyChanged()
    {
        if (_retired) return;
        ShowState();
        if (ReadyCount > 0)
        {
            _failFast.Stop();
            if (_isShut) _metrics?.OnGate(open: true);
            _isShut = false;
            if (_wasReady) return;
            _wasReady = true;
            Recovered?.Invoke();
            return;
        }

        _wasReady = false;
        if (!_failFast.IsRunning && !_isShut) _failFast.Start(_failFastAfter);

        // Perhaps they have all moved: the name is asked before its answer is old, but not in a hurry.
        if (_resolving || !_refresh.IsRunning) return;
        long earliest = _resolvedAt + (long)s_shortestRefresh.TotalNanoseconds;
        _refresh.Stop();
        _refresh.StartAt(Math.Max(earliest, _loop.Now));
    }

    private void Shut()
    {
        if (ReadyCount > 0 || _isShut) return;
        _isShut = true;
        _metrics?.OnGate(open: false);
        FailWaiting("failing fast");
    }

    private void FailWaiting(string reason)
    {
        while (_waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            _metrics?.OnFailed();
            first.Value.Call.OnFailed(new ProxyError(ProxyErrorKind.ConnectFailed, reason));
        }

        ShowState();
    }

    private void ShowState() => _metrics?.Set(_members.Count, ReadyCount, _waiting.Count);

    private sealed class Member(HttpClient client)
    {
        public HttpClient Client => client;

        /// <summary>Calls that have not ended.</summary>
        public int Load { get; set; }
    }
}
