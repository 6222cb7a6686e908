using System.Net;
using Microsoft.Extensions.Logging;

namespace Linkerd.Local.Api;

/// <summary>Everything that an <see cref="ApiServer"/> is told at its start.</summary>
public sealed record ApiServerOptions
{
    /// <summary>Where keys, certificates, log and snapshot live; null keeps everything in memory.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Where HTTPS is served; port 0 takes a free one. Default: loopback, any port.</summary>
    public IReadOnlyList<IPEndPoint> HttpsEndPoints { get; init; } = [new(IPAddress.Loopback, 0)];

    /// <summary>Where the same API is served without TLS (bearer tokens only); must be loopback. Default: nowhere.</summary>
    public IPEndPoint? HttpEndPoint { get; init; }

    /// <summary>Names and addresses in the serving certificate, beside localhost, kubernetes.default.svc, the listeners' and the first Service address.</summary>
    public IReadOnlyList<string> CertificateNames { get; init; } = [];

    /// <summary>The cluster and context name in the kubeconfigs. Default <c>linkerd-local</c>.</summary>
    public string ClusterName { get; init; } = "linkerd-local";

    /// <summary>The range that Service addresses come from. Default 10.96.0.0/16.</summary>
    public IPNetwork ServiceCidr { get; init; } = IPNetwork.Parse("10.96.0.0/16");

    /// <summary>The lowest node port. Default 30000.</summary>
    public int NodePortFirst { get; init; } = 30000;

    /// <summary>The highest node port. Default 32767.</summary>
    public int NodePortLast { get; init; } = 32767;

    /// <summary>The clock of timestamps, token expiry and time-outs. Default: the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Logs, exec and port-forward; without it those answer 501. Can be set later: <see cref="ApiServer.PodRuntime"/>.</summary>
    public IPodRuntime? PodRuntime { get; init; }

    /// <summary>Finds endpoints of webhooks and aggregated APIs. Can be set later: <see cref="ApiServer.ServiceResolver"/>.</summary>
    public ServiceEndpointResolver? ServiceResolver { get; init; }

    /// <summary>Where the server's own log goes; default nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The issuer in service-account tokens. Default <c>https://kubernetes.default.svc.cluster.local</c>.</summary>
    public string TokenIssuer { get; init; } = "https://kubernetes.default.svc.cluster.local";

    /// <summary>How many watch events are remembered for each resource; older resource versions get 410. Default 4,096.</summary>
    public int HistoryPerResource { get; init; } = 4096;

    /// <summary>How many events may wait for one slow watcher before it is dropped. Default 8,192.</summary>
    public int WatchQueue { get; init; } = 8192;

    /// <summary>The largest request body in bytes. Default 3 MiB, as in Kubernetes.</summary>
    public int MaxBodyBytes { get; init; } = 3 * 1024 * 1024;

    /// <summary>How long a write may stay in the page cache before it is forced to the disk; zero forces every write. Default 100 ms.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromMilliseconds(100);
}
