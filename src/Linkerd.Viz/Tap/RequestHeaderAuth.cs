using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Viz.Tap;

/// <summary>
/// Who a request is from, as the API server vouches for it: a client certificate of the front proxy's authority, and headers with the
/// user. The settings are those of <c>kube-system/extension-apiserver-authentication</c>, read again when a certificate does not fit them.
/// </summary>
internal sealed class RequestHeaderAuth(KubernetesClient client, TimeProvider time) : IDisposable
{
    private const string Name = "extension-apiserver-authentication";
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile FrontProxy? _front;
    private long _readAt;

    /// <summary>Reads the settings, so that what is missing is said at the start.</summary>
    public async Task LoadAsync(CancellationToken cancel)
    {
        await _reading.WaitAsync(cancel);
        try
        {
            if (_front is not null && time.GetElapsedTime(_readAt) < ReadAgainAfter)
                return;
            var config = await client.Resource(Resources.ConfigMaps, "kube-system").GetAsync(Name, cancel);
            _front = FrontProxy.Read(config.Data ?? new Dictionary<string, string>());
            _readAt = time.GetTimestamp();
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>The user of a request.</summary>
    /// <exception cref="TapException">The caller is not the front proxy, or names no user.</exception>
    public async Task<TapUser> AuthenticateAsync(HttpContext http)
    {
        var certificate = http.Connection.ClientCertificate
            ?? throw new TapException(StatusCodes.Status401Unauthorized, "no client certificate: this API is reached through the Kubernetes API server");
        if (_front?.Vouches(certificate) != true)
            await LoadAsync(http.RequestAborted);
        if (_front is not { } front || !front.Vouches(certificate))
            throw new TapException(StatusCodes.Status401Unauthorized, $"the client certificate \"{certificate.Subject}\" is not one of the API server's front proxy");
        return front.UserOf(http.Request.Headers);
    }

    public void Dispose() => _reading.Dispose();

    private sealed record FrontProxy(
        X509Certificate2Collection Authorities, string[] AllowedNames, string[] UserHeaders, string[] GroupHeaders, string[] ExtraPrefixes)
    {
        public static FrontProxy Read(IReadOnlyDictionary<string, string> data)
        {
            var authorities = new X509Certificate2Collection();
            try
            {
                authorities.ImportFromPem(data.GetValueOrDefault("requestheader-client-ca-file", ""));
            }
            catch (CryptographicException e)
            {
                throw new InvalidDataException($"kube-system/{Name}: requestheader-client-ca-file is not PEM: {e.Message}", e);
            }

            if (authorities.Count == 0)
                throw new InvalidDataException($"kube-system/{Name} has no requestheader-client-ca-file: the API server's aggregation layer is not configured");
            return new FrontProxy(
                authorities, List(data, "requestheader-allowed-names"), List(data, "requestheader-username-headers", "X-Remote-User"),
                List(data, "requestheader-group-headers", "X-Remote-Group"), List(data, "requestheader-extra-headers-prefix", "X-Remote-Extra-"));
        }

        public bool Vouches(X509Certificate2 certificate)
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
            chain.ChainPolicy.CustomTrustStore.AddRange(Authorities);
            return chain.Build(certificate) && (AllowedNames.Length == 0 || AllowedNames.Contains(certificate.GetNameInfo(X509NameType.SimpleName, false)));
        }

        public TapUser UserOf(IHeaderDictionary headers)
        {
            var user = UserHeaders.Select(h => headers[h].ToString()).FirstOrDefault(static u => u.Length != 0)
                ?? throw new TapException(StatusCodes.Status401Unauthorized, "no user in the request: expected header " + string.Join(" or ", UserHeaders));
            // Several headers, or one with commas: HTTP holds both for the same list.
            string[] groups = [.. GroupHeaders.SelectMany(h => headers[h]).SelectMany(static v => (v ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
            var extra = new Dictionary<string, IReadOnlyList<string>>();
            foreach (var (name, values) in headers)
            {
                if (ExtraPrefixes.FirstOrDefault(p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase)) is { } prefix)
                    extra[Uri.UnescapeDataString(name[prefix.Length..]).ToLowerInvariant()] = [.. values.OfType<string>()];
            }

            return new TapUser(user, groups, extra);
        }

        private static string[] List(IReadOnlyDictionary<string, string> data, string key, params string[] fallback)
        {
            if (!data.TryGetValue(key, out var text) || text.Length == 0)
                return fallback;
            try
            {
                using var json = JsonDocument.Parse(text);
                string[] items = [.. json.RootElement.EnumerateArray().Select(static e => e.GetString() ?? "")];
                return items.Length == 0 ? fallback : items;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                throw new InvalidDataException($"kube-system/{Name}: {key} is not a JSON list: {text}", e);
            }
        }
    }
}
