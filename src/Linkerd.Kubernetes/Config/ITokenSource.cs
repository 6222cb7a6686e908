namespace Linkerd.Kubernetes;

/// <summary>Gives the bearer token of a request; implementations cache and renew.</summary>
public interface ITokenSource
{
    /// <summary>The token to send now, or null for none.</summary>
    ValueTask<string?> GetAsync(CancellationToken cancel);

    /// <summary>The server refused the token with 401: the next <see cref="GetAsync"/> must look again.</summary>
    void Invalidate();
}
