using System.Text;
using Linkerd.Controller.Identity.Core;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Identity.Index;

/// <summary>
/// The issuer in a Secret that is followed through the API, so that a change counts at once and not when the kubelet has updated a
/// mounted file. Trust anchors are the file's where there is one, else the Secret's <c>ca.crt</c>.
/// </summary>
/// <param name="name">Namespace and name, for messages.</param>
/// <param name="current">The Secret as last seen, or null.</param>
/// <param name="anchorsFile">Where the trust anchors are mounted.</param>
internal sealed class IssuerSecret(string name, Func<Secret?> current, string anchorsFile) : IIssuerSource
{
    /// <inheritdoc/>
    public (string Certificate, string Key, string Anchors) Read()
    {
        if (current() is not { } secret)
            throw new IssuerException($"Secret {name}: there is none; create it, or say which one with --identity-issuer-secret");
        var (certificate, key) = secret.Type == "kubernetes.io/tls" ? ("tls.crt", "tls.key") : ("crt.pem", "key.pem");
        return (Value(secret, certificate), Value(secret, key), Anchors(secret));
    }

    private string Anchors(Secret secret)
    {
        if (File.Exists(anchorsFile))
            return IssuerFiles.Read(anchorsFile);
        return secret.Data?.ContainsKey("ca.crt") == true
            ? Value(secret, "ca.crt")
            : throw new IssuerException($"trust anchors: neither the file {anchorsFile} nor the key ca.crt of Secret {name} is there");
    }

    private string Value(Secret secret, string key) => secret.Data?.GetValueOrDefault(key) is { Length: > 0 } bytes
        ? Encoding.UTF8.GetString(bytes)
        : throw new IssuerException($"Secret {name} of type {secret.Type ?? "Opaque"}: it lacks the key {key}");
}
