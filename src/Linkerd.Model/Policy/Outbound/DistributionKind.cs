namespace Linkerd.Model;

/// <summary>How a backend is chosen.</summary>
public enum DistributionKind
{
    /// <summary>There is none.</summary>
    Empty,

    /// <summary>The first that is available.</summary>
    FirstAvailable,

    /// <summary>By weight among those that are available.</summary>
    RandomAvailable,
}
