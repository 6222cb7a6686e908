namespace Linkerd.Controller.Destination.Core;

/// <summary>Names a pod.</summary>
public readonly record struct PodName(string Namespace, string Name)
{
    public override string ToString() => $"{Name}.{Namespace}";
}
