using System.Text.Json.Nodes;
using Linkerd.Controller.Common.Reading;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Reading;

namespace Linkerd.Controller.Policy.Admission;

/// <summary>Refuses policy resources that could not be used, by the readers that the index uses.</summary>
internal sealed class PolicyValidator(IdentityNames identities)
{
    private readonly AuthorizationReaders _authorizations = new(identities);

    /// <summary>Why a resource is refused, naming field, value and fix; null when it is not.</summary>
    public string? Validate(string group, string kind, JsonObject resource)
    {
        try
        {
            Read(group, kind, resource);
            return null;
        }
        catch (InvalidResourceException e)
        {
            return e.Message;
        }
    }

    private void Read(string group, string kind, JsonObject resource)
    {
        switch (group, kind)
        {
            case (TargetRef.PolicyGroup, "Server"):
                ServerReader.Read(resource);
                break;
            case (TargetRef.PolicyGroup, "ServerAuthorization"):
                _authorizations.ServerAuthorization(resource);
                break;
            case (TargetRef.PolicyGroup, "AuthorizationPolicy"):
                AuthorizationReaders.AuthorizationPolicy(resource);
                break;
            case (TargetRef.PolicyGroup, "MeshTLSAuthentication"):
                _authorizations.TlsAuthentication(resource);
                break;
            case (TargetRef.PolicyGroup, "NetworkAuthentication"):
                AuthorizationReaders.NetworkAuthentication(resource);
                break;
            case (TargetRef.PolicyGroup, "HTTPLocalRateLimitPolicy"):
                _authorizations.RateLimit(resource);
                break;
            case (TargetRef.PolicyGroup, "EgressNetwork"):
                EgressNetworkReader.Read(resource);
                ParentAnnotations.Check(resource);
                break;
            case (TargetRef.PolicyGroup or TargetRef.GatewayGroup, "HTTPRoute"):
                Route(resource, RouteKind.Http, group);
                break;
            case (TargetRef.GatewayGroup, "GRPCRoute"):
                Route(resource, RouteKind.Grpc, group);
                break;
            case (TargetRef.GatewayGroup, "TLSRoute"):
                Route(resource, RouteKind.Tls, group);
                break;
            case (TargetRef.GatewayGroup, "TCPRoute"):
                Route(resource, RouteKind.Tcp, group);
                break;
        }
    }

    /// <summary>Routes of other implementations' gateways are none of our business, however they look.</summary>
    private static void Route(JsonObject resource, RouteKind kind, string group)
    {
        var parents = new Field(resource, "")["spec"]["parentRefs"].Items().Select(p => (Field: p, Parent: RouteReader.Parent(p, ResourceReader.Name(resource).Namespace, group))).ToList();
        if (group == TargetRef.GatewayGroup && !parents.Exists(static p => p.Parent.IsServer || p.Parent.IsService || p.Parent.IsEgressNetwork))
            return;
        RouteReader.Read(resource, kind, group);
        if (parents.Find(static p => p.Parent is { IsEgressNetwork: true, Port: null }) is { Parent: not null } egress)
            throw egress.Field["port"].Fault("is required for an EgressNetwork");
        if (parents.Exists(static p => p.Parent.IsService || p.Parent.IsEgressNetwork))
            ParentAnnotations.Check(resource);
    }
}
