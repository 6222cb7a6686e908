namespace Linkerd.Model;

/// <summary>One of several destinations that share the traffic.</summary>
public sealed record WeightedDestination(string Authority, uint Weight, Meta? Backend);
