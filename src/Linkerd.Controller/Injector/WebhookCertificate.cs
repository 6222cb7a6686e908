using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Linkerd.Controller.Injector;

/// <summary>The webhook's TLS certificate, <c>tls.crt</c> and <c>tls.key</c> of a folder, taken anew when the Secret changes.</summary>
internal sealed class WebhookCertificate(string folder, TimeProvider time)
{
    private readonly string _keyPath = Path.Combine(folder, "tls.key");
    private readonly Lock _lock = new();
    private readonly ReloadingFile<string> _pem = new(Path.Combine(folder, "tls.crt"), static text => text, time);
    private string? _loadedFrom;
    private X509Certificate2? _certificate;

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

    private X509Certificate2 Load(string pem)
    {
        try
        {
            // The one before may be in use by a handshake: it is left to the finalizer.
            _certificate = X509Certificate2.CreateFromPem(pem, File.ReadAllText(_keyPath));
            _loadedFrom = pem;
            return _certificate;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return _certificate ?? throw new InvalidDataException($"cannot use the certificate of {_keyPath}: {e.Message}", e);
        }
    }
}
