namespace Linkerd.Model;

/// <summary>A share: numerator of denominator.</summary>
public sealed record FailureRatio(uint Numerator, uint Denominator);
