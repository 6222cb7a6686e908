namespace Linkerd.Proxy.Config;

/// <summary>Where spans are sent, and what is said of their source.</summary>
/// <param name="Collector">An OTLP collector over gRPC.</param>
/// <param name="ServiceName">Attribute <c>service.name</c> unless another source says it; null for none.</param>
/// <param name="LabelsPath">File of the pod's labels, as the downward API writes it; null for none.</param>
/// <param name="ExtraAttributes">Lines of <c>key=value</c>.</param>
/// <param name="OtelAttributes">OTEL_RESOURCE_ATTRIBUTES.</param>
public sealed record TracingConfig(ControlConfig Collector, string? ServiceName, string? LabelsPath, string? ExtraAttributes, string? OtelAttributes);
