namespace Linkerd.Model;

/// <summary>Routes of one HTTP version, with the breaker of its endpoints.</summary>
public sealed record HttpPolicy(IReadOnlyList<OutboundHttpRoute> Routes, FailureAccrual? FailureAccrual);
