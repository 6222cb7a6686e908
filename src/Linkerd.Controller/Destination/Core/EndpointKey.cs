using System.Net;

namespace Linkerd.Controller.Destination.Core;

/// <summary>Where an endpoint listens; no two endpoints of a set have the same.</summary>
public readonly record struct EndpointKey(IPAddress Ip, int Port)
{
    public override string ToString() => new IPEndPoint(Ip, Port).ToString();
}
