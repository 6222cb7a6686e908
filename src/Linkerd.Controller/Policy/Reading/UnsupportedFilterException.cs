using Linkerd.Controller.Common.Reading;

namespace Linkerd.Controller.Policy.Reading;

/// <summary>A filter of a type that the proxy does not have.</summary>
internal sealed class UnsupportedFilterException(string type, string message) : InvalidResourceException(message)
{
    /// <summary>Its type.</summary>
    public string Type { get; } = type;
}
