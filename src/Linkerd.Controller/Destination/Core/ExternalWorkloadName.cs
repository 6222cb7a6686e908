namespace Linkerd.Controller.Destination.Core;

/// <summary>Names an ExternalWorkload.</summary>
public readonly record struct ExternalWorkloadName(string Namespace, string Name)
{
    public override string ToString() => $"{Name}.{Namespace}";
}
