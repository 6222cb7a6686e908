using Linkerd.Model;

namespace Linkerd.Proxy.Inbound;

/// <summary>A route of an inbound port: who it is, and whom it lets in beside the server.</summary>
internal sealed record InboundRoute(Meta Meta, IReadOnlyList<Authorization> Authorizations);
