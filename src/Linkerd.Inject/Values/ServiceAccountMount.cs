namespace Linkerd.Inject.Values;

/// <summary>A volume mount taken over from the application's first container.</summary>
public sealed record ServiceAccountMount(string Name, string MountPath, bool ReadOnly);
