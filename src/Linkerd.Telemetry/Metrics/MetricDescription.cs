namespace Linkerd.Telemetry;

/// <summary>What a family is called, what it is (<c>counter</c>, <c>gauge</c>, <c>histogram</c>), and what it means.</summary>
public sealed record MetricDescription(string Name, string Type, string Help);
