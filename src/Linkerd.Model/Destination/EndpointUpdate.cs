using System.Net;

namespace Linkerd.Model;

/// <summary>One message of a destination stream.</summary>
public abstract record EndpointUpdate
{
    private EndpointUpdate()
    {
    }

    /// <summary>New or changed endpoints.</summary>
    public sealed record Add(IReadOnlyList<Endpoint> Endpoints) : EndpointUpdate;

    /// <summary>Endpoints that are gone.</summary>
    public sealed record Remove(IReadOnlyList<IPEndPoint> Addresses) : EndpointUpdate;

    /// <summary>There are none; <paramref name="Exists"/> tells an empty service from an unknown one.</summary>
    public sealed record Empty(bool Exists) : EndpointUpdate;
}
