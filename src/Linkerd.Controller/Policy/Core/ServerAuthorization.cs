using Linkerd.Kubernetes.Models;
using Linkerd.Model;

namespace Linkerd.Controller.Policy.Core;

/// <summary>A ServerAuthorization: lets clients into the Servers that it names or selects.</summary>
internal sealed record ServerAuthorization : IPolicyResource
{
    public required ResourceName Name { get; init; }

    public DateTimeOffset Created { get; init; }

    /// <summary>Name of the one Server, or null.</summary>
    public string? ServerName { get; init; }

    /// <summary>Selects Servers by their labels, or null.</summary>
    public LabelSelector? ServerSelector { get; init; }

    /// <summary>Who is let in.</summary>
    public required Authorization Authorization { get; init; }

    /// <summary>Whether it is about that Server.</summary>
    public bool Selects(PolicyServer server) =>
        server.Name.Namespace == Name.Namespace
        && (ServerName is not null ? server.Name.Name == ServerName : Linkerd.Kubernetes.Selectors.Matches(ServerSelector, server.Labels));
}
