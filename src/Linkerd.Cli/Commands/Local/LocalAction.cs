using System.CommandLine;
using Linkerd.Kubernetes;
using Linkerd.Local.Cluster;

namespace Linkerd.Cli.Commands.Local;

/// <summary>A subcommand of <c>linkerd local</c>: what the cluster says is wrong becomes a message for the user.</summary>
public abstract class LocalAction(string name, string description, ITerminal terminal) : CliCommand(name, description, terminal)
{
    /// <summary>Does the work.</summary>
    protected abstract Task<int> RunAsync(ClusterControl cluster, ParseResult arguments, CancellationToken cancellationToken);

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(new ClusterControl(LocalPaths.Default), arguments, cancellationToken);
        }
        catch (Exception e) when (e is ClusterException or Linkerd.Local.Runtime.ToolException)
        {
            throw new CliException(e.Message, e);
        }
    }

    /// <summary>A client of the running cluster.</summary>
    /// <exception cref="CliException">It is not running.</exception>
    internal static KubernetesClient Connect(ClusterControl cluster) => cluster.SupervisorId is null
        ? throw new CliException("the cluster is not running; start it with: linkerd local up")
        : new KubernetesClient(KubernetesConfig.Load(cluster.Paths.Kubeconfig));
}
