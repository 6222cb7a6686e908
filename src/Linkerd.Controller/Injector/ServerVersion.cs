using Linkerd.Inject;
using Linkerd.Kubernetes;

namespace Linkerd.Controller.Injector;

/// <summary>The API server's version, asked again now and then: a cluster is upgraded while this runs.</summary>
internal sealed class ServerVersion(KubernetesClient client, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private KubernetesVersion? _version;
    private long _asked;

    /// <summary>Null when the server would not say.</summary>
    public async ValueTask<KubernetesVersion?> GetAsync(CancellationToken cancel)
    {
        if (_version is not null && time.GetElapsedTime(Volatile.Read(ref _asked)) < Lifetime)
            return _version;
        try
        {
            var info = await client.GetVersionAsync(cancel);
            _version = KubernetesVersion.Parse(info.Major, info.Minor) ?? _version;
            Volatile.Write(ref _asked, time.GetTimestamp());
        }
        catch (KubernetesException)
        {
            // Injection goes on with what was known; a classic sidecar works on every version.
        }
        return _version;
    }
}
