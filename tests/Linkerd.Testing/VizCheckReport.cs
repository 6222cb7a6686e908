namespace Linkerd.Testing;

/// <summary>What <c>linkerd viz check --proxy</c> prints, word for word as Linkerd's.</summary>
public static class VizCheckReport
{
    /// <summary>Where everything is well.</summary>
    public const string Well = """
        linkerd-viz
        -----------
        √ linkerd-viz Namespace exists
        √ can initialize the client
        √ linkerd-viz ClusterRoles exist
        √ linkerd-viz ClusterRoleBindings exist
        √ tap API server has valid cert
        √ tap API server cert is valid for at least 60 days
        √ tap API service is running
        √ linkerd-viz pods are injected
        √ viz extension pods are running
        √ viz extension proxies are healthy
        √ viz extension proxies and cli versions match
        √ prometheus is installed and configured correctly
        √ viz extension self-check

        linkerd-viz-data-plane
        ----------------------
        √ data plane namespace exists
        √ prometheus is authorized to scrape data plane pods
        √ data plane proxy metrics are present in Prometheus

        Status check results are √

        """;
}
