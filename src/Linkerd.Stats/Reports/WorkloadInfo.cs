namespace Linkerd.Stats.Reports;

/// <summary>What the cluster knows of one resource: its pods by state, and the identity that its pods run as.</summary>
/// <param name="Kind">As in <see cref="ResourceKind.Name"/>.</param>
/// <param name="Namespace">Empty for namespaces.</param>
/// <param name="Name">The object's name.</param>
/// <param name="Status">For pods the phase or waiting reason, else null.</param>
/// <param name="Meshed">Running pods with the proxy; null for kinds that own no pods.</param>
/// <param name="Running">Running pods.</param>
/// <param name="ServiceAccount"><c>account.namespace</c> of its pods; empty when there are none.</param>
public sealed record WorkloadInfo(string Kind, string Namespace, string Name, string? Status, int? Meshed, int Running, string ServiceAccount);
