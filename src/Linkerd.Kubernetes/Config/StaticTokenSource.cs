namespace Linkerd.Kubernetes;

/// <summary>A token that never changes.</summary>
public sealed class StaticTokenSource(string token) : ITokenSource
{
    public ValueTask<string?> GetAsync(CancellationToken cancel) => new(token);

    public void Invalidate()
    {
    }
}
