namespace Linkerd.Model;

/// <summary>What a failure adds to an endpoint's load.</summary>
public sealed record LoadPenalty(TimeSpan Penalty, TimeSpan MaxRetryAfter, TimeSpan Decay);
