namespace Linkerd.Stats.Reports;

/// <summary>Requests of a route that went to one backend.</summary>
/// <param name="Name">The Service.</param>
/// <param name="Port">Its port.</param>
/// <param name="Traffic">What it answered.</param>
public sealed record OutboundBackend(string Name, string Port, OutboundTraffic Traffic);
