using System.Net;
using Linkerd.Viz.Web.Access;
using Linkerd.Viz.Web.Api.Models;
using Linkerd.Viz.Web.Login;

namespace Linkerd.Viz.Web;

/// <summary>How the dashboard's server is set up.</summary>
internal sealed record WebOptions
{
    /// <summary>Where it listens.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Which hosts it answers for.</summary>
    public required HostCheck Hosts { get; init; }

    /// <summary>How users log in.</summary>
    public LoginMode Login { get; init; }

    /// <summary>The address that users open, null when it is only the one that reaches us.</summary>
    public Uri? ExternalUrl { get; init; }

    /// <summary>Whether <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are an ingress's, and so to be believed.</summary>
    public bool TrustForwarded { get; init; }

    /// <summary>Grafana and Jaeger.</summary>
    public LinksAnswer Links { get; init; } = new(null, null);

    /// <summary>Namespace of the control plane.</summary>
    public string ControllerNamespace { get; init; } = "linkerd";

    /// <summary>Namespace of the Viz extension.</summary>
    public string VizNamespace { get; init; } = "linkerd-viz";

    /// <summary>Domain of the cluster's Services.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>Requests per second that one address may send; half of them again at once. Default 50.</summary>
    public double RequestsPerSecond { get; init; } = 50;
}
