using Linkerd.Model;

namespace Linkerd.Controller.Policy.Core;

/// <summary>A NetworkAuthentication: networks of clients.</summary>
internal sealed record NetworkAuthentication(ResourceName Name, DateTimeOffset Created, IReadOnlyList<NetworkMatch> Networks) : IPolicyResource;
