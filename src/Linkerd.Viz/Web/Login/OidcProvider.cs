using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Linkerd.Viz.Web.Login;

/// <summary>The provider's discovery document and keys: kept for an hour, and read again when a token names a key that is not among them.</summary>
internal sealed class OidcProvider(Uri issuer, HttpClient http, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromHours(1);

    // A stranger's token with a made-up key id must not become a request to the provider each time.
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _one = new(1, 1);
    private OpenIdConnectConfiguration? _configuration;
    private long _readAt;

    /// <summary>What the provider says; <paramref name="unknownKey"/> asks for keys newer than those given before.</summary>
    /// <exception cref="OidcException">It cannot be read, or is another issuer's.</exception>
    public async Task<OpenIdConnectConfiguration> ReadAsync(bool unknownKey, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            var age = time.GetElapsedTime(_readAt);
            if (_configuration is null || age > Fresh || (unknownKey && age > Between))
            {
                var read = await FetchAsync(cancel);
                (_configuration, _readAt) = (read, time.GetTimestamp());
            }

            return _configuration;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private async Task<OpenIdConnectConfiguration> FetchAsync(CancellationToken cancel)
    {
        var address = issuer.AbsoluteUri.TrimEnd('/') + "/.well-known/openid-configuration";
        try
        {
            var retriever = new HttpDocumentRetriever(http) { RequireHttps = issuer.Scheme == "https" };
            var read = await OpenIdConnectConfigurationRetriever.GetAsync(address, retriever, cancel);
            if (read.Issuer?.TrimEnd('/') != issuer.AbsoluteUri.TrimEnd('/'))
                throw new OidcException($"{address} is the document of issuer '{read.Issuer}', not of {issuer}: correct -oidc-issuer");
            return read;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or ArgumentException or InvalidOperationException or System.Text.Json.JsonException)
        {
            throw new OidcException($"the login provider's document at {address} could not be read: {e.InnerException?.Message ?? e.Message}", e);
        }
    }
}
