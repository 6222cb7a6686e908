namespace Linkerd.Proxy.Config;

/// <summary>Clamps on how long answers are kept; null means none.</summary>
public sealed record DnsConfig(TimeSpan? MinTtl, TimeSpan? MaxTtl);
