using Linkerd.Model;

namespace Linkerd.Proxy.Discovery;

/// <summary>What the control plane says of an outbound destination.</summary>
/// <param name="Profile">The default profile when there is none.</param>
/// <param name="Policy">Null when the control plane has none, or no policy API.</param>
public sealed record OutboundInfo(Profile Profile, ClientPolicy? Policy);
