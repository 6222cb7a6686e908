namespace Linkerd.Controller.Destination.Core;

/// <summary>What is special about an endpoint on a machine outside of the cluster.</summary>
/// <param name="Workload">The ExternalWorkload.</param>
/// <param name="Identity">The URI that its certificate carries, usually a SPIFFE id.</param>
/// <param name="ServerName">The name to ask for in TLS.</param>
public sealed record ExternalEndpoint(ExternalWorkloadName Workload, string Identity, string ServerName);
