using Linkerd.Model;
using Linkerd.Net;

namespace Linkerd.Proxy.Dns;

/// <summary>What a name stands for.</summary>
/// <param name="Addresses">At least one, none twice.</param>
/// <param name="Ttl">How long that holds; infinite for what is no name.</param>
public sealed record DnsAnswer(IReadOnlyList<SocketAddress> Addresses, TimeSpan Ttl);
