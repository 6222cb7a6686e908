using System.Text.Json.Nodes;
using Linkerd.Controller.Common.Reading;
using Linkerd.Controller.Policy.Core;
using Linkerd.Model;

namespace Linkerd.Controller.Policy.Reading;

/// <summary>Reads the resources that say who is let in.</summary>
/// <param name="identities">How identities are called here.</param>
internal sealed class AuthorizationReaders(IdentityNames identities)
{
    public ServerAuthorization ServerAuthorization(JsonObject resource)
    {
        var name = ResourceReader.Name(resource);
        var spec = new Field(resource, "")["spec"];
        var server = spec["server"];
        var (byName, bySelector) = (server["name"], server["selector"]);
        if (byName.IsPresent == bySelector.IsPresent)
            throw server.Fault("must have either name or selector");
        return new ServerAuthorization
        {
            Name = name,
            Created = ResourceReader.Created(resource),
            ServerName = byName.IsPresent ? byName.Name() : null,
            ServerSelector = bySelector.IsPresent ? ResourceReader.Selector(bySelector) : null,
            Authorization = Client(spec["client"], name),
        };
    }

    public static AuthorizationPolicy AuthorizationPolicy(JsonObject resource)
    {
        var name = ResourceReader.Name(resource);
        var spec = new Field(resource, "")["spec"];
        TargetRef? network = null, tls = null;
        if (!spec["requiredAuthenticationRefs"].IsPresent)
            throw spec["requiredAuthenticationRefs"].Fault("is required; an empty list lets every client in");
        foreach (var item in spec["requiredAuthenticationRefs"].Items())
        {
            var reference = ResourceReader.Reference(item, name.Namespace);
            if (reference.Is(TargetRef.PolicyGroup, "NetworkAuthentication"))
                network = network is null ? reference : throw item.Fault("is the second NetworkAuthentication: only one is allowed");
            else if (reference.Is(TargetRef.PolicyGroup, "MeshTLSAuthentication") || reference.Is("", "ServiceAccount"))
                tls = tls is null ? reference : throw item.Fault("is the second MeshTLSAuthentication or ServiceAccount: only one is allowed");
            else
                throw item["kind"].Fault("is not supported: use MeshTLSAuthentication, NetworkAuthentication or ServiceAccount");
        }

        return new AuthorizationPolicy { Name = name, Created = ResourceReader.Created(resource), Target = Target(spec["targetRef"], name.Namespace), Network = network, Tls = tls };
    }

    public TlsAuthentication TlsAuthentication(JsonObject resource)
    {
        var name = ResourceReader.Name(resource);
        var spec = new Field(resource, "")["spec"];
        var (names, references) = (spec["identities"], spec["identityRefs"]);
        if (names.IsPresent == references.IsPresent)
            throw spec.Fault("must have either identities or identityRefs");
        IReadOnlyList<IdentityMatch> matches = names.IsPresent
            ? [.. names.Items().Select(IdentityNames.Read)]
            : [.. references.Items().Select(item => Identity(item, name.Namespace))];
        return matches.Count > 0
            ? new TlsAuthentication(name, ResourceReader.Created(resource), matches)
            : throw (names.IsPresent ? names : references).Fault("must not be empty");
    }

    public static NetworkAuthentication NetworkAuthentication(JsonObject resource)
    {
        var networks = new Field(resource, "")["spec"]["networks"];
        var matches = ResourceReader.Networks(networks);
        return matches.Count > 0
            ? new NetworkAuthentication(ResourceReader.Name(resource), ResourceReader.Created(resource), matches)
            : throw networks.Fault("must have at least one network");
    }

    public RateLimitPolicy RateLimit(JsonObject resource)
    {
        var name = ResourceReader.Name(resource);
        var spec = new Field(resource, "")["spec"];
        var target = ResourceReader.Reference(spec["targetRef"], name.Namespace);
        if (!target.Is(TargetRef.PolicyGroup, "Server"))
            throw spec["targetRef"]["kind"].Fault("is not supported: a rate limit belongs to a Server of group policy.linkerd.io");
        var total = Rate(spec["total"], null);
        var identity = Rate(spec["identity"], total);
        var overrides = spec["overrides"].Items().Select(item => new RateLimitOverride(
            Rate(item, total) ?? throw item.Fault("is required"),
            [.. item["clientRefs"].Items().Select(client => Account(client, name.Namespace))]));
        return new RateLimitPolicy(name, ResourceReader.Created(resource), target.Name, new LocalRateLimit
        {
            Meta = new Meta(TargetRef.PolicyGroup, "httplocalratelimitpolicy", name.Name) { Namespace = name.Namespace },
            Total = total,
            Identity = identity,
            Overrides = [.. overrides],
        });
    }

    private static uint? Rate(Field field, uint? total)
    {
        if (!field.IsPresent)
            return null;
        var rate = field["requestsPerSecond"];
        var value = (uint)rate.Number(1, uint.MaxValue);
        return value <= (total ?? uint.MaxValue) ? value : throw rate.Fault($"is above the total of {total}");
    }

    private static TargetRef Target(Field field, string ns)
    {
        var target = ResourceReader.Reference(field, ns);
        var supported = target.Is(TargetRef.PolicyGroup, "Server") || target.Is("", "Namespace") || target.Is(TargetRef.GatewayGroup, "GRPCRoute")
            || target.Is(TargetRef.PolicyGroup, "HTTPRoute") || target.Is(TargetRef.GatewayGroup, "HTTPRoute");
        if (!supported)
            throw field["kind"].Fault("is not supported: a policy is for a Server, an HTTPRoute, a GRPCRoute or the Namespace");
        var own = target.Is("", "Namespace") ? target.Name : target.Namespace;
        return own == ns || ns.Length == 0 ? target : throw field.Fault($"is in another namespace: a policy is for its own, {ns}");
    }

    private IdentityMatch Identity(Field field, string ns)
    {
        var kind = field["kind"].Name();
        var group = field["group"].OptionalText() is null or "" or "core";
        if (group && string.Equals(kind, "Namespace", StringComparison.OrdinalIgnoreCase))
            return IdentityMatch.Suffix(identities.OfAll(field["name"].OptionalText() is { Length: > 0 } name ? name : ns));
        if (group && string.Equals(kind, "ServiceAccount", StringComparison.OrdinalIgnoreCase))
            return IdentityMatch.Exact(Account(field, ns));
        throw field["kind"].Fault("is not supported: an identity is that of a ServiceAccount or of a Namespace");
    }

    private string Account(Field field, string ns)
    {
        var reference = ResourceReader.Reference(field, ns);
        return reference.Is("", "ServiceAccount") ? identities.Of(reference.Namespace, reference.Name) : throw field["kind"].Fault("is not supported: clients are ServiceAccounts");
    }

    private Authorization Client(Field client, ResourceName name)
    {
        var tls = client["meshTLS"];
        var anybody = client["unauthenticated"].Flag();
        if (anybody && tls.IsPresent)
            throw client.Fault("must not have both unauthenticated and meshTLS");
        if (!anybody && !tls.IsPresent)
            throw client.Fault("must have unauthenticated: true, or meshTLS");
        var networks = client["networks"].IsPresent ? ResourceReader.Networks(client["networks"]) : AuthorizationCompiler.Everywhere;
        var authorization = new Authorization { Networks = networks, Meta = new Meta(TargetRef.PolicyGroup, "serverauthorization", name.Name) { Namespace = name.Namespace } };
        return anybody ? authorization : Tls(authorization, tls, name.Namespace);
    }

    private Authorization Tls(Authorization authorization, Field tls, string ns)
    {
        var (names, accounts) = (tls["identities"], tls["serviceAccounts"]);
        if (tls["unauthenticatedTLS"].Flag())
        {
            return names.IsPresent || accounts.IsPresent
                ? throw tls.Fault("must not have identities or serviceAccounts beside unauthenticatedTLS")
                : authorization with { Authentication = ClientAuthentication.TlsUnauthenticated };
        }

        IReadOnlyList<IdentityMatch> matches =
        [
            .. names.Items().Select(IdentityNames.Read),
            .. accounts.Items().Select(item => IdentityMatch.Exact(identities.Of(item["namespace"].OptionalText() is { Length: > 0 } other ? other : ns, item["name"].Name()))),
        ];
        return matches.Count > 0
            ? authorization with { Authentication = ClientAuthentication.Identities, Identities = matches }
            : throw tls.Fault("must have identities, serviceAccounts or unauthenticatedTLS: true");
    }
}
