using Linkerd.Model;
using Linkerd.Proxy.Route;

namespace Linkerd.Proxy.Inbound;

/// <summary>A rule of a route of an inbound port: what the route is called, whom it lets in beside the server, and what is done to its requests.</summary>
internal sealed record InboundRoute(Meta Meta, IReadOnlyList<Authorization> Authorizations, RequestFilters Filters);
