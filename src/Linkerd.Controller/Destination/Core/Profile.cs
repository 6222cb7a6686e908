namespace Linkerd.Controller.Destination.Core;

/// <summary>What a client is told of a destination as a whole; one of the kinds below.</summary>
public abstract record Profile
{
    private protected Profile()
    {
    }

    /// <summary>Says nothing: the port is not one of the Service's.</summary>
    public sealed record Empty : Profile;

    /// <summary>A Service.</summary>
    /// <param name="Service">The Service.</param>
    /// <param name="Port">Port of the Service.</param>
    /// <param name="FullyQualifiedName">Its name in the cluster's domain.</param>
    /// <param name="Opaque">Whether the port's protocol is not to be detected.</param>
    /// <param name="Source">The ServiceProfile about it, or null.</param>
    public sealed record OfService(ServiceName Service, int Port, string FullyQualifiedName, bool Opaque, ServiceProfile? Source) : Profile;

    /// <summary>One endpoint, asked for by its address or host name.</summary>
    /// <param name="Endpoint">The endpoint; bare when nothing is known of the address.</param>
    /// <param name="Opaque">Whether the port's protocol is not to be detected.</param>
    public sealed record OfEndpoint(EndpointInfo Endpoint, bool Opaque) : Profile;
}
