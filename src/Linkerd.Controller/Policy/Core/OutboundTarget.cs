using System.Net;
using Linkerd.Controller.Destination.Core;

namespace Linkerd.Controller.Policy.Core;

/// <summary>Where a client wants to go, resolved; one of the kinds below.</summary>
public abstract record OutboundTarget
{
    private protected OutboundTarget()
    {
    }

    /// <summary>A port of a Service.</summary>
    /// <param name="Service">The Service.</param>
    /// <param name="Port">Its port.</param>
    /// <param name="Protocol">What the port speaks.</param>
    /// <param name="Breaker">When endpoints are taken out, or null for never.</param>
    /// <param name="Tuning">Timeouts and retries.</param>
    public sealed record ServicePort(ServiceName Service, int Port, ServiceProtocol Protocol, FailureAccrual? Breaker, RouteTuning Tuning) : OutboundTarget;

    /// <summary>A port that the Service does not declare.</summary>
    public sealed record UndeclaredPort(ServiceName Service, int Port) : OutboundTarget;

    /// <summary>An address outside of the cluster.</summary>
    public sealed record Outside(IPAddress Ip, int Port) : OutboundTarget;

    /// <summary>Nothing that there is a policy for.</summary>
    public sealed record Unknown : OutboundTarget;
}
