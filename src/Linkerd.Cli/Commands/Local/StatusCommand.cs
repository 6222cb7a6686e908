using System.CommandLine;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Local.Cluster;

namespace Linkerd.Cli.Commands.Local;

/// <summary><c>linkerd local status</c>.</summary>
public sealed class StatusCommand : LocalAction
{
    private readonly Option<string> _output = OutputOption.Of("table", "json");

    /// <summary>Creates the command.</summary>
    public StatusCommand(ITerminal terminal)
        : base("status", "Show whether the cluster is up and what runs in it; exit code 1 when it is down", terminal) => Options.Add(_output);

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ClusterControl cluster, ParseResult arguments, CancellationToken cancellationToken)
    {
        var status = new JsonObject
        {
            ["running"] = cluster.SupervisorId is not null,
            ["pid"] = cluster.SupervisorId,
            ["home"] = cluster.Paths.Home,
            ["kubeconfig"] = cluster.Paths.Kubeconfig,
            ["log"] = cluster.Paths.Log,
        };
        if (cluster.SupervisorId is not null)
            await AddAsync(cluster, status, cancellationToken);
        if (arguments.GetValue(_output) == "json")
            await Terminal.Out.WriteLineAsync(status.ToJsonString());
        else
            await WriteAsync(status);
        return cluster.SupervisorId is null ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static async Task AddAsync(ClusterControl cluster, JsonObject status, CancellationToken cancel)
    {
        using var client = Connect(cluster);
        status["server"] = client.Config.Server.ToString();
        try
        {
            int total = 0, ready = 0;
            await foreach (var pod in client.Resource(Resources.Pods).ListAllAsync(cancel: cancel))
            {
                total++;
                if ((pod.Status?.Conditions ?? []).Any(static c => c is { Type: "Ready", Status: "True" }))
                    ready++;
            }

            status["pods"] = total;
            status["podsReady"] = ready;
            status["mesh"] = await client.Resource(Resources.ConfigMaps, "linkerd").FindAsync("linkerd-config", cancel) is not null;
        }
        catch (KubernetesException e) when (e.IsUnreachable)
        {
            status["error"] = e.Message;
        }
    }

    private async Task WriteAsync(JsonObject status)
    {
        foreach (var (name, value) in status)
        {
            if (value is not null)
                await Terminal.Out.WriteLineAsync($"{name,-12} {value}");
        }
    }
}
