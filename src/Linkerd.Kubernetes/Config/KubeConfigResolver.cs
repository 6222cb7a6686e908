using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Linkerd.Kubernetes;

/// <summary>Turns the entries of a kubeconfig context into a connection.</summary>
internal sealed class KubeConfigResolver(string contextName, KubeConfigEntry context, KubeConfigEntry cluster, KubeConfigEntry? user)
{
    public KubernetesConfig Resolve()
    {
        var server = cluster.Text("server") ?? throw Fault(cluster, "server", "is not set");
        if (!Uri.TryCreate(server, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw Fault(cluster, "server", $"\"{server}\" is not an http or https address");
        return new KubernetesConfig
        {
            Server = uri,
            CertificateAuthorities = Authorities(),
            ClientCertificate = user is null ? null : ClientCertificate(user),
            Token = user is null ? null : Token(user, cluster),
            InsecureSkipTlsVerify = cluster.Flag("insecure-skip-tls-verify"),
            TlsServerName = cluster.Text("tls-server-name"),
            Namespace = context.Text("namespace") ?? "default",
            Context = contextName,
            ImpersonateUser = user?.Text("as"),
            ImpersonateGroups = user?.Value["as-groups"] is JsonArray groups ? [.. groups.Select(static g => g!.ToString())] : [],
        };
    }

    private X509Certificate2Collection? Authorities()
    {
        if (cluster.Bytes("certificate-authority") is not { } pem)
            return null;
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(Encoding.UTF8.GetString(pem));
            return authorities;
        }
        catch (CryptographicException e)
        {
            throw Fault(cluster, "certificate-authority", e.Message, e);
        }
    }

    private static X509Certificate2? ClientCertificate(KubeConfigEntry user)
    {
        var certificate = user.Bytes("client-certificate");
        var key = user.Bytes("client-key");
        if (certificate is null && key is null)
            return null;
        if (certificate is null || key is null)
            throw Fault(user, certificate is null ? "client-certificate" : "client-key", "is not set, but its counterpart is");
        try
        {
            return X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(certificate), Encoding.UTF8.GetString(key));
        }
        catch (CryptographicException e)
        {
            throw Fault(user, "client-certificate", e.Message, e);
        }
    }

    private static ITokenSource? Token(KubeConfigEntry user, KubeConfigEntry cluster)
    {
        if (user.Path("tokenFile") is { } file)
            return new FileTokenSource(file);
        if (user.Text("token") is { } token)
            return new StaticTokenSource(token);
        return user.Value["exec"] is JsonObject exec ? ExecTokenSource.Parse(exec, user, cluster) : null;
    }

    private static KubeConfigException Fault(KubeConfigEntry entry, string field, string what, Exception? inner = null)
    {
        var message = $"{entry.File}: {entry.Where}.{field}: {what}";
        return inner is null ? new KubeConfigException(message) : new KubeConfigException(message, inner);
    }
}
