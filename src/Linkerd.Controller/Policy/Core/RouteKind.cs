namespace Linkerd.Controller.Policy.Core;

/// <summary>What a route matches; where several kinds are attached to one port the greatest counts.</summary>
internal enum RouteKind
{
    Tcp,
    Tls,
    Http,
    Grpc,
}
