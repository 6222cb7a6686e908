using System.Security.Cryptography.X509Certificates;
using Linkerd.Local.Auth;

namespace Linkerd.Local.Api;

/// <summary>The embedded Kubernetes-compatible API server. <see cref="StartAsync"/> answers once it serves.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    private readonly ApiHost _host;

    private ApiServer(ApiHost host) => _host = host;

    /// <summary>Where it serves HTTPS (the first listener).</summary>
    public Uri Address => _host.HttpsAddress;

    /// <summary>Where it serves HTTP, or null.</summary>
    public Uri? HttpAddress => _host.HttpAddress;

    /// <summary>The authority that signs its certificates; pods find it as <c>ca.crt</c>.</summary>
    public string CertificateAuthorityPem => _host.Core.Pki.AuthorityPem;

    /// <summary>Runs logs, exec and port-forward; may be set at any time.</summary>
    public IPodRuntime? PodRuntime
    {
        get => _host.Core.PodRuntime;
        set => _host.Core.PodRuntime = value;
    }

    /// <summary>Answers Prometheus' query API under <c>/linkerd-local/prometheus</c>; may be set at any time.</summary>
    public Linkerd.Stats.IMetricsSource? Metrics
    {
        get => _host.Core.Metrics;
        set => _host.Core.Metrics = value;
    }

    /// <summary>Finds the endpoints of webhooks and aggregated APIs; may be set at any time.</summary>
    public ServiceEndpointResolver? ServiceResolver
    {
        get => _host.Core.ServiceResolver;
        set => _host.Core.ServiceResolver = value;
    }

    /// <summary>Recovers the state, binds and serves.</summary>
    public static async Task<ApiServer> StartAsync(ApiServerOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ApiServer(await ApiHost.StartAsync(options, cancellation));
    }

    /// <summary>The administrator's kubeconfig (client certificate of group <c>system:masters</c>), for the given or the first address.</summary>
    public string AdminKubeconfig(Uri? server = null) => Kubeconfig("kubernetes-admin", ["system:masters"], server);

    /// <summary>A kubeconfig with a fresh client certificate for a component such as <c>system:kube-controller-manager</c>.</summary>
    public string Kubeconfig(string user, IReadOnlyList<string> groups, Uri? server = null)
    {
        var (certificate, key) = _host.Core.Pki.IssueClient(user, groups);
        return KubeconfigWriter.Write(_host.Core.Options.ClusterName, server ?? Address, CertificateAuthorityPem, user, certificate, key);
    }

    /// <summary>A client certificate (with private key) for <see cref="HttpClient"/> use inside this process.</summary>
    public X509Certificate2 ClientCertificate(string user, IReadOnlyList<string> groups)
    {
        var (certificate, key) = _host.Core.Pki.IssueClient(user, groups);
        using var pem = X509Certificate2.CreateFromPem(certificate, key);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Stops serving, writes what is left to the disk, and lets go of everything.</summary>
    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
