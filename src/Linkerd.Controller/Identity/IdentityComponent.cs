using Linkerd.Controller.Common;

namespace Linkerd.Controller.Identity;

/// <summary>The certificate authority of the mesh.</summary>
internal sealed class IdentityComponent : IComponent
{
    public string Name => "identity";

    public string Summary => "signs the certificates of proxies";

    public string Description => """
        Signs a proxy's certificate when its pod proves who it is with a service account token (gRPC, port 8080), and
        streams the trust anchors to the proxies.
        """;

    public void Declare(FlagSet flags)
    {
        flags.Add("addr", ":8080", "address of the gRPC server");
        flags.Add("admin-addr", ":9990", "address of the admin server");
        flags.Add("controller-namespace", "linkerd", "namespace of the control plane");
        flags.Add("identity-trust-domain", "cluster.local", "trust domain of all identities");
        flags.Add("identity-issuance-lifetime", "24h0m0s", "how long an issued certificate is valid");
        flags.Add("identity-clock-skew-allowance", "20s", "how far clocks may differ: certificates are valid so much earlier and later");
        flags.Add("identity-scheme", "linkerd.io/tls", "form of the issuer: linkerd.io/tls (crt.pem, key.pem) or kubernetes.io/tls (tls.crt, tls.key)");
    }

    public Task RunAsync(ComponentContext context, CancellationToken cancel) => throw new UsageException("this component is not part of this build");
}
