using System.Net;
using Linkerd.Controller.Destination.Core;

namespace Linkerd.Controller.Policy.Index;

/// <summary>What a client asks about: an address or a Service, a port, and where the client is, since routes may be its namespace's own.</summary>
/// <param name="Ip">The address, or null for a Service by name.</param>
/// <param name="Service">The Service, when there is no address.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="ClientNamespace">Namespace of the client.</param>
internal readonly record struct OutboundKey(IPAddress? Ip, ServiceName Service, int Port, string ClientNamespace);
