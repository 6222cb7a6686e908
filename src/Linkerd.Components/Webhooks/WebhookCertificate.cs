using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Linkerd.Components.Webhooks;

/// <summary>A webhook's TLS certificate, taken anew when the Secret that is mounted changes.</summary>
/// <param name="certificatePath">PEM file with the certificate.</param>
/// <param name="keyPath">PEM file with its key.</param>
/// <param name="time">Clock.</param>
internal sealed class WebhookCertificate(string certificatePath, string keyPath, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly ReloadingFile<string> _pem = new(certificatePath, static text => text, time);
    private string? _loadedFrom;
    private X509Certificate2? _certificate;

    /// <summary>From <c>tls.crt</c> and <c>tls.key</c> of a folder.</summary>
    public static WebhookCertificate InFolder(string folder, TimeProvider time) => new(Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"), time);

    /// <summary>The certificate for the next handshake. A new certificate whose key is not there yet is tried again at the next.</summary>
    /// <exception cref="InvalidDataException">There never was a usable one.</exception>
    public X509Certificate2 Current
    {
        get
        {
            lock (_lock)
            {
                var pem = _pem.Value;
                if (_certificate is not null && pem == _loadedFrom)
                    return _certificate;
                return Load(pem);
            }
        }
    }

    /// <summary>Seconds until the certificate expires; 0 when it has, or when there is none.</summary>
    public double TimeToLive
    {
        get
        {
            try
            {
                return Math.Max(0, (Current.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime).TotalSeconds);
            }
            catch (InvalidDataException)
            {
                return 0;
            }
        }
    }

    private X509Certificate2 Load(string pem)
    {
        try
        {
            // The one before may be in use by a handshake: it is left to the finalizer.
            _certificate = X509Certificate2.CreateFromPem(pem, File.ReadAllText(keyPath));
            _loadedFrom = pem;
            return _certificate;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return _certificate ?? throw new InvalidDataException($"cannot use the certificate of {keyPath}: {e.Message}", e);
        }
    }
}
