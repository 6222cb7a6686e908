using Linkerd.Net;

namespace Linkerd.Proxy.Detect;

/// <summary>Where a connection goes on after TLS was looked for: on the TLS stream, or on the raw one with nothing consumed.</summary>
public sealed record TlsDetection(Transport Transport, ServerTls Tls);
