using System.Net;
using Linkerd.Controller.Destination.Core;

namespace Linkerd.Controller.Policy.Core;

/// <summary>Where a client wants to go, resolved; one of the kinds below.</summary>
internal abstract record OutboundTarget
{
    private protected OutboundTarget()
    {
    }

    /// <summary>A port of a Service.</summary>
    /// <param name="Service">The Service.</param>
    /// <param name="Port">Its port.</param>
    /// <param name="Protocol">What the port speaks.</param>
    /// <param name="Settings">What the Service's annotations say.</param>
    public sealed record ServicePort(ServiceName Service, int Port, ServiceProtocol Protocol, ParentSettings Settings) : OutboundTarget;

    /// <summary>A port that the Service does not declare.</summary>
    public sealed record UndeclaredPort(ServiceName Service, int Port) : OutboundTarget;

    /// <summary>An address that an EgressNetwork covers.</summary>
    public sealed record Egress(EgressNetwork Network, IPAddress Ip, int Port) : OutboundTarget;

    /// <summary>An address outside of the cluster that no EgressNetwork covers.</summary>
    public sealed record Outside(IPAddress Ip, int Port) : OutboundTarget;

    /// <summary>Nothing that there is a policy for.</summary>
    public sealed record Unknown : OutboundTarget;
}
