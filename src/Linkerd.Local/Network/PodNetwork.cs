using System.Net;

namespace Linkerd.Local.Network;

/// <summary>A pod's network namespace.</summary>
/// <param name="Name">Its name below /run/netns.</param>
/// <param name="Address">The pod's address.</param>
/// <param name="Offset">Where the address is in the pod range; also names the cable.</param>
internal sealed record PodNetwork(string Name, IPAddress Address, uint Offset);
