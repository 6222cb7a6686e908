using System.CommandLine;

namespace Linkerd.Cli.Commands.Viz;

/// <summary>A command of Linkerd's viz extension that this version does not have: it says so, and what to do instead.</summary>
internal sealed class MissingVizCommand : Command
{
    private const string NoChart = """
        this version has no chart of the viz extension yet.
        On `linkerd local` nothing needs to be installed: the dashboard, stat, edges, routes and authz are there as soon as the cluster is up.
        On Kubernetes let a Prometheus scrape the proxies (manifests/prometheus.yaml), and name it: linkerd viz stat deploy -n NAMESPACE --prometheusURL URL
        """;

    private MissingVizCommand(string name, string instead, ITerminal terminal)
        : base(name, "Not in this version")
    {
        Hidden = true;
        TreatUnmatchedTokensAsErrors = false;
        SetAction(_ =>
        {
            terminal.Error.WriteLine($"linkerd viz {name}: {instead}");
            return ExitCodes.Failure;
        });
    }

    /// <summary>All of them.</summary>
    public static IEnumerable<Command> All(ITerminal terminal) =>
    [
        new MissingVizCommand("install", NoChart, terminal),
        new MissingVizCommand("uninstall", "there is nothing to uninstall: " + NoChart, terminal),
        new MissingVizCommand("check", NoChart + "\nFor the control plane and the proxies: linkerd check --proxy", terminal),
        new MissingVizCommand("prune", "there is nothing to prune: " + NoChart, terminal),
        new MissingVizCommand("allow-scrapes", "not in this version. Write the Server and AuthorizationPolicy that let your Prometheus reach port 4191 of the pods: docs/features/authorization-policy.md", terminal),
        new MissingVizCommand("stat-inbound", "not in this version. For what reaches a workload: linkerd viz stat deploy/NAME; per Server: linkerd viz authz deploy/NAME", terminal),
        new MissingVizCommand("stat-outbound", "not in this version. For what a workload sends: linkerd viz stat deploy --from deploy/NAME; per route: linkerd viz routes deploy/NAME --to svc/OTHER -o wide", terminal),
    ];
}
