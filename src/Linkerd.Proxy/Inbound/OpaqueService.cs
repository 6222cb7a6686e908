using Linkerd.Net;

namespace Linkerd.Proxy.Inbound;

/// <summary>Takes over an opaque connection that policy allowed. Throws when it cannot be carried; else <paramref name="ended"/> is called once when it is over.</summary>
internal delegate Task OpaqueService(Transport transport, Action<TransportFault> ended);
