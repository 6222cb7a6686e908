namespace Linkerd.Local.Api;

/// <summary>One pod, by name and by the uid that tells it from a later pod of the same name.</summary>
public readonly record struct PodReference(string Namespace, string Name, string Uid)
{
    /// <summary>Answers <c>namespace/name</c>.</summary>
    public override string ToString() => $"{Namespace}/{Name}";
}
