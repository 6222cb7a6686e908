namespace Linkerd.Checks;

/// <summary>Which categories belong to which request, in the order in which they are shown.</summary>
internal static class CheckCatalog
{
    public static IReadOnlyList<CheckCategory> Categories(CheckContext context)
    {
        var options = context.Options;
        if (options.Viz is { } viz)
            return new VizChecks(context, viz).Categories();
        var cluster = new ClusterChecks(context);
        if (options.Core)
            return [cluster.Api(), new ControlPlaneChecks(context).Existence()];
        List<CheckCategory> categories = [cluster.Api(), cluster.Version(), cluster.GatewayApi()];
        if (options.Pre)
        {
            categories.Add(cluster.Setup());
        }
        else if (options.Crds)
        {
            categories.Add(cluster.Definitions());
        }
        else
        {
            var control = new ControlPlaneChecks(context);
            var identity = new IdentityChecks(context);
            var versions = new VersionChecks(context);
            categories.AddRange([control.Existence(), control.Config(), new CniChecks(context).Plugin()]);
            if (options.Secrets)
                categories.AddRange([identity.Identity(), identity.Webhooks()]);
            if (options.Proxy)
                categories.Add(identity.DataPlane());
            categories.Add(versions.Cli());
            if (!options.Proxy)
                categories.Add(versions.ControlPlane());
            categories.Add(versions.ControlPlaneProxies());
            if (options.Proxy)
                categories.AddRange([new DataPlaneChecks(context).Pods(), new DataPlaneChecks(context).OpaquePorts()]);
            categories.Add(control.HighAvailability());
            if (!options.Proxy)
                categories.Add(control.Extensions());
            return categories;
        }

        if (options.Cni && options.Pre)
            categories.Add(new CniChecks(context).Plugin());
        categories.Add(new VersionChecks(context).Cli());
        return categories;
    }
}
