using System.Net;
using Linkerd.Controller.Destination.Core;

namespace Linkerd.Controller.Destination.Index;

/// <summary>Whose profile is asked for.</summary>
internal abstract record ProfileTarget(int Port)
{
    /// <summary>Namespace of who asks, whose own ServiceProfiles come first; empty when unknown.</summary>
    public string ClientNamespace { get; init; } = "";

    /// <summary>A Service by name.</summary>
    public sealed record ByService(ServiceName Service, int Port) : ProfileTarget(Port);

    /// <summary>A pod by its host name in a headless Service.</summary>
    public sealed record ByInstance(ServiceName Service, string Instance, int Port) : ProfileTarget(Port);

    /// <summary>Whatever has the address: a Service, a pod, or something outside.</summary>
    public sealed record ByAddress(IPAddress Ip, int Port) : ProfileTarget(Port);
}
