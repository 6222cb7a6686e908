namespace Linkerd.Inject.Values;

/// <summary>The chart's <c>identity</c> block.</summary>
public sealed record IdentityValues
{
    /// <summary>Whether the proxy's token is a projected one of its own audience. Default true.</summary>
    public bool ServiceAccountTokenProjection { get; init; } = true;

    /// <summary>Issuer.</summary>
    public IssuerValues Issuer { get; init; } = new();
}
