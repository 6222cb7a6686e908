namespace Linkerd.Checks;

/// <summary>How a check ended.</summary>
public enum CheckStatus
{
    /// <summary>It holds.</summary>
    Success,

    /// <summary>It does not hold, but the mesh works.</summary>
    Warning,

    /// <summary>It does not hold.</summary>
    Error,
}

/// <summary>The outcome of one check.</summary>
/// <param name="Category">Name of its category.</param>
/// <param name="Description">The line that is shown.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Error">What is wrong; null when it holds.</param>
/// <param name="Hint">Where hints for it are.</param>
public sealed record CheckResult(string Category, string Description, CheckStatus Status, string? Error, string Hint);
