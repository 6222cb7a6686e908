namespace Linkerd.Local.Network;

/// <summary>An address and port behind a Service.</summary>
internal readonly record struct ServiceEndpoint(string Address, int Port);
