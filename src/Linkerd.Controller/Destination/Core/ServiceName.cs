namespace Linkerd.Controller.Destination.Core;

/// <summary>Names a Service.</summary>
public readonly record struct ServiceName(string Namespace, string Name)
{
    public override string ToString() => $"{Name}.{Namespace}";
}
