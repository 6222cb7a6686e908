namespace Linkerd.Controller.Destination.Core;

/// <summary>A ServiceProfile; compares by reference, since a changed one is another object.</summary>
/// <param name="ns">Its namespace: that of a Service, or of clients that want their own.</param>
/// <param name="content">What it says; its fully qualified name is the resource's name.</param>
public sealed class ServiceProfile(string ns, Model.Profile content)
{
    /// <summary>Its namespace.</summary>
    public string Namespace { get; } = ns;

    /// <summary>What it says.</summary>
    public Model.Profile Content { get; } = content;
}
