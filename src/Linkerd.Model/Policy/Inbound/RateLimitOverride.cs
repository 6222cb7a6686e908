namespace Linkerd.Model;

/// <summary>A limit of its own for the named clients.</summary>
public sealed record RateLimitOverride(uint RequestsPerSecond, IReadOnlyList<string> Identities);
