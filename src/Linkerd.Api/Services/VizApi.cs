namespace Linkerd.Api.Services;

/// <summary>Names on the wire of <c>linkerd2.viz.Api</c>: statistics of the mesh (served by metrics-api, port 8085).</summary>
public static class VizApi
{
    /// <summary>The service's full name.</summary>
    public const string ServiceName = "linkerd2.viz.Api";

    /// <summary>The method <c>StatSummary</c>.</summary>
    public const string StatSummary = "StatSummary";

    /// <summary>The <c>:path</c> of <see cref="StatSummary"/>.</summary>
    public const string StatSummaryPath = "/" + ServiceName + "/" + StatSummary;

    /// <summary>The method <c>Edges</c>.</summary>
    public const string Edges = "Edges";

    /// <summary>The <c>:path</c> of <see cref="Edges"/>.</summary>
    public const string EdgesPath = "/" + ServiceName + "/" + Edges;

    /// <summary>The method <c>Gateways</c>.</summary>
    public const string Gateways = "Gateways";

    /// <summary>The <c>:path</c> of <see cref="Gateways"/>.</summary>
    public const string GatewaysPath = "/" + ServiceName + "/" + Gateways;

    /// <summary>The method <c>TopRoutes</c>.</summary>
    public const string TopRoutes = "TopRoutes";

    /// <summary>The <c>:path</c> of <see cref="TopRoutes"/>.</summary>
    public const string TopRoutesPath = "/" + ServiceName + "/" + TopRoutes;

    /// <summary>The method <c>ListPods</c>.</summary>
    public const string ListPods = "ListPods";

    /// <summary>The <c>:path</c> of <see cref="ListPods"/>.</summary>
    public const string ListPodsPath = "/" + ServiceName + "/" + ListPods;

    /// <summary>The method <c>ListServices</c>.</summary>
    public const string ListServices = "ListServices";

    /// <summary>The <c>:path</c> of <see cref="ListServices"/>.</summary>
    public const string ListServicesPath = "/" + ServiceName + "/" + ListServices;

    /// <summary>The method <c>SelfCheck</c>.</summary>
    public const string SelfCheck = "SelfCheck";

    /// <summary>The <c>:path</c> of <see cref="SelfCheck"/>.</summary>
    public const string SelfCheckPath = "/" + ServiceName + "/" + SelfCheck;

    /// <summary>The method <c>Authz</c>.</summary>
    public const string Authz = "Authz";

    /// <summary>The <c>:path</c> of <see cref="Authz"/>.</summary>
    public const string AuthzPath = "/" + ServiceName + "/" + Authz;
}
