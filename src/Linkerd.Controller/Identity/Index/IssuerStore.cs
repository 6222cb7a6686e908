using System.Security.Cryptography.X509Certificates;
using Linkerd.Controller.Identity.Core;

namespace Linkerd.Controller.Identity.Index;

/// <summary>
/// The issuer and the trust anchors in force. Looks at their source every so often and takes what is new and valid; what is
/// invalid is told once and the old stays.
/// </summary>
internal sealed class IssuerStore(IIssuerSource source, TimeProvider time, IIssuerEvents events)
{
    /// <summary>How often the source is looked at; the kubelet itself updates mounted files about once a minute.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly List<Action<Trust>> _listeners = [];
    private (string, string, string) _read;
    private volatile Issuer? _issuer;
    private volatile TrustAnchors? _anchors;
    private string? _lastFault;
    private Trust? _trust;

    /// <summary>The issuer, or null while there is no valid one.</summary>
    public Issuer? Issuer => _issuer;

    /// <summary>The trust anchors, or null before the first valid ones.</summary>
    public TrustAnchors? Anchors => _anchors;

    /// <summary>Seconds until the issuer expires; 0 without one.</summary>
    public double TimeToLive => _issuer is { } issuer ? Math.Max(0, (issuer.NotAfter - time.GetUtcNow()).TotalSeconds) : 0;

    /// <summary>Looks at the source until cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(PollInterval, time);
        do
        {
            Reload();
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    /// <summary>Looks at the source once.</summary>
    public void Reload()
    {
        try
        {
            var read = source.Read();
            if (read == _read && _lastFault is null)
                return;
            Take(read);
            _read = read;
            _lastFault = null;
        }
        catch (Exception e) when (e is IssuerException or System.Security.Cryptography.CryptographicException)
        {
            // Extensions are decoded when they are looked at: what is malformed shows late.
            if (e.Message == _lastFault)
                return;
            _lastFault = e.Message;
            events.Refused(e.Message, hasIssuer: _issuer is not null);
        }
    }

    /// <summary>How many listeners there are.</summary>
    public int Listeners
    {
        get
        {
            lock (_lock)
                return _listeners.Count;
        }
    }

    /// <summary>Calls a listener with what proxies are told, now and whenever it changes.</summary>
    public IDisposable Subscribe(Action<Trust> listener)
    {
        lock (_lock)
        {
            _listeners.Add(listener);
            if (_trust is { } trust)
                listener(trust);
        }

        return new Ended(() =>
        {
            lock (_lock)
                _listeners.Remove(listener);
        });
    }

    private void Take((string Certificate, string Key, string Anchors) read)
    {
        // New anchors count even if the issuer is not good: proxies must be able to trust the issuer that will come.
        _anchors = TrustAnchors.Parse(read.Anchors);
        try
        {
            TakeIssuer(read.Certificate, read.Key, _anchors);
        }
        finally
        {
            Announce(new Trust(_anchors, _issuer));
        }
    }

    private void TakeIssuer(string certificate, string key, TrustAnchors anchors)
    {
        var issuer = Issuer.Parse(certificate, key);
        issuer.Verify(anchors, time.GetUtcNow());
        if (_issuer?.Thumbprint == issuer.Thumbprint)
        {
            issuer.Dispose();
            return;
        }

        var first = _issuer is null;
        _issuer = issuer;
        events.Taken(issuer.Chain[0].GetNameInfo(X509NameType.SimpleName, false), issuer.NotAfter, first);
    }

    private void Announce(Trust trust)
    {
        lock (_lock)
        {
            if (trust.Version == _trust?.Version)
                return;
            _trust = trust;
            foreach (var listener in _listeners)
                listener(trust);
        }
    }

    private sealed class Ended(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
