using Linkerd.Controller.Identity.Core;

namespace Linkerd.Controller.Identity.Index;

/// <summary>Where the issuer and the trust anchors are: mounted from a Secret of either scheme and a ConfigMap.</summary>
internal sealed record IssuerFiles(string Certificate, string Key, string Anchors) : IIssuerSource
{
    /// <summary>Larger files are not read, in bytes.</summary>
    private const int MaxLength = 1 << 20;

    /// <summary>The names of the files for a scheme.</summary>
    public static IssuerFiles ForScheme(string scheme, string folder, string anchors) => scheme == "kubernetes.io/tls"
        ? new IssuerFiles(Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"), anchors)
        : new IssuerFiles(Path.Combine(folder, "crt.pem"), Path.Combine(folder, "key.pem"), anchors);

    /// <inheritdoc/>
    public (string Certificate, string Key, string Anchors) Read() => (Read(Certificate), Read(Key), Read(Anchors));

    /// <summary>The content of a file.</summary>
    /// <exception cref="IssuerException">It cannot be read.</exception>
    public static string Read(string path)
    {
        try
        {
            // Mounted files are symbolic links: only the opened file tells its true length.
            using var file = File.OpenRead(path);
            if (file.Length > MaxLength)
                throw new IssuerException($"{path}: larger than {MaxLength} bytes");
            using var reader = new StreamReader(file);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IssuerException($"{path}: {e.Message}", e);
        }
    }
}
