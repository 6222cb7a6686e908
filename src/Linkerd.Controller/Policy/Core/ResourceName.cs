namespace Linkerd.Controller.Policy.Core;

/// <summary>Names a resource of a known kind.</summary>
public readonly record struct ResourceName(string Namespace, string Name)
{
    public override string ToString() => $"{Namespace}/{Name}";
}
