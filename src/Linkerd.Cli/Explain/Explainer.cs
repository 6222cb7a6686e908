using System.Globalization;
using Linkerd.Api.Mapping;
using Linkerd.Cli.Commands.Diagnostics;
using Linkerd.Cli.Policies;
using Linkerd.Http;
using Linkerd.Kubernetes;
using Linkerd.Model;

namespace Linkerd.Cli.Explain;

/// <summary>Asks the controllers what they tell the two proxies, and says what these then do with a request.</summary>
internal sealed class Explainer(KubernetesClient client, PolicyClient policies, DestinationClient destinations)
{
    private const string InboundPolicyKey = "config.linkerd.io/default-inbound-policy";

    /// <summary>Explains one request.</summary>
    public async Task<Explanation> ExplainAsync(ExplainSource source, ExplainTarget target, bool isHttp2, HeaderBlock request, string shown, CancellationToken cancel)
    {
        var verdict = await OutboundAsync(source, target, isHttp2, request, cancel);
        var isOpaque = verdict.Facts.Any(f => f.Aspect == "route" && f.Text.StartsWith("opaque", StringComparison.Ordinal));
        var paths = new List<ExplainedPath>();
        foreach (var backend in verdict.Backends.Where(b => b.Share > 0))
            paths.Add(await PathAsync(backend, source, isOpaque ? null : request, cancel));
        var from = $"pod {source.Namespace}/{source.Pod}, {(source.Identity is { } identity ? $"identity {identity.Name}" : "without a proxy")}";
        var answer = verdict.Answer ?? (paths.Count == 0 ? new Answer(504, "the destination has no backends") : null);
        return new Explanation(from, target.Name, shown, verdict.Facts, answer, paths);
    }

    private async Task<OutboundVerdict> OutboundAsync(ExplainSource source, ExplainTarget target, bool isHttp2, HeaderBlock request, CancellationToken cancel)
    {
        if (source.Identity is null)
        {
            return new OutboundVerdict([new Fact("policy", "the client has no proxy: Kubernetes sends its connection to any endpoint")], null,
                [new BackendShare(Meta.Default(target.Name), 1, target.Authority, target.Authority.Length > 0 ? null : new Endpoint { Address = new(target.Address, target.Port) }, null, "")]);
        }

        var profile = Linkerd.Api.Mapping.Profiles.ToModel(await destinations.FirstProfileAsync($"{target.Address}:{target.Port}", cancel));
        if (await policies.FindOutboundAsync(source.Workload, target.Address, target.Port, cancel) is not { } wire)
        {
            return new OutboundVerdict([new Fact("policy", "none: the connection goes to the address")], null,
                [new BackendShare(profile.Endpoint?.Resource ?? Meta.Default(target.Name), 1, "", profile.Endpoint ?? new Endpoint { Address = new(target.Address, target.Port) }, null, "")]);
        }

        var policy = ClientPolicies.ToModel(wire);
        var verdict = OutboundExplainer.Explain(policy, profile, target.Port, isHttp2, request);
        return verdict with { Facts = await new FieldFinder(client).FindAsync(verdict, policy.Meta, cancel) };
    }

    private async Task<ExplainedPath> PathAsync(BackendShare backend, ExplainSource source, HeaderBlock? request, CancellationToken cancel)
    {
        var text = backend.Share >= 1 ? "all requests" : string.Create(CultureInfo.InvariantCulture, $"{backend.Share * 100:0.##} % of requests");
        var name = $"{Fact.Name(backend.Meta)}{(backend.Meta.Port > 0 ? $":{backend.Meta.Port}" : "")}";
        var fact = new Fact("backend", text, name, backend.Field);
        if (backend.Answer is { } answer)
            return new ExplainedPath(fact, backend.Share, "", [], answer);
        var endpoints = backend.Forward is { } forward ? [forward] : await EndpointsAsync(backend.Destination, cancel);
        if (endpoints.Count == 0)
            return new ExplainedPath(fact with { Text = text + ", no endpoints" }, backend.Share, "", [], new Answer(504, "no endpoint is ready: failing fast"));
        var endpoint = endpoints.FirstOrDefault(e => e.Labels["pod"] is not null) ?? endpoints[0];
        fact = fact with { Text = $"{text}, {endpoints.Count} {(endpoints.Count == 1 ? "endpoint" : "endpoints")}" };
        var (pod, ns) = (endpoint.Labels["pod"] ?? "", endpoint.Labels["namespace"] ?? "");
        if (pod.Length == 0 || endpoint.Tls is null)
        {
            var plain = new Fact("server", pod.Length == 0 ? $"{endpoint.Address} is no pod of the mesh" : "the pod has no proxy");
            return new ExplainedPath(fact, backend.Share, pod.Length == 0 ? "" : $"{ns}/{pod}", [plain], Answer.Application);
        }

        var policy = ServerPolicies.ToModel(await policies.InboundAsync($"{ns}:{pod}", endpoint.Address.Port, cancel));
        var inbound = InboundExplainer.Explain(policy, ns, request, source.Address, source.Identity);
        return new ExplainedPath(fact, backend.Share, $"{ns}/{pod}, port {endpoint.Address.Port}", await DefaultsAsync(inbound.Facts, ns, pod, cancel), inbound.Answer);
    }

    private async Task<IReadOnlyList<Endpoint>> EndpointsAsync(string destination, CancellationToken cancel) =>
        Endpoints.ToModel(await destinations.FirstUpdateAsync(destination, cancel)) is EndpointUpdate.Add add ? add.Endpoints : [];

    /// <summary>Says where a default inbound policy was set.</summary>
    private async Task<IReadOnlyList<Fact>> DefaultsAsync(IReadOnlyList<Fact> facts, string ns, string pod, CancellationToken cancel)
    {
        if (!facts.Any(f => f.Field == InboundPolicyKey))
            return facts;
        var annotations = (await client.Resource(Resources.Pods, ns).FindAsync(pod, cancel))?.Metadata.Annotations;
        var field = annotations?.ContainsKey(InboundPolicyKey) == true ? $"Pod {ns}/{pod}, metadata.annotations[{InboundPolicyKey}]" : "ConfigMap linkerd-config, proxy.defaultInboundPolicy";
        return [.. facts.Select(f => f.Field == InboundPolicyKey ? f with { Field = field } : f)];
    }
}
