namespace Linkerd.Local.Runtime;

/// <summary>One file or folder that a container sees.</summary>
/// <param name="Source">Where it is in the cluster's mount namespace.</param>
/// <param name="Target">Where the container sees it.</param>
/// <param name="ReadOnly">Whether the container may only read it.</param>
internal sealed record MountPlan(string Source, string Target, bool ReadOnly);
