using Linkerd.Stats;
using Linkerd.Stats.Query;
using Linkerd.Stats.Reports;
using Linkerd.Viz.Web.Api.Models;
using Linkerd.Viz.Web.Data;
using Linkerd.Viz.Web.Login;
using Microsoft.AspNetCore.Http;
using RouteRow = Linkerd.Viz.Web.Api.Models.RouteRow;
using Traffic = Linkerd.Viz.Web.Data.Traffic;

namespace Linkerd.Viz.Web.Api;

/// <summary>The page of one workload, and who may call whom.</summary>
internal sealed class WorkloadApi(IMetricsSource source, IClusterView view, SnapshotCache snapshots, History history, IPolicySource policies, TimeProvider time)
{
    private readonly TrafficQueries _traffic = new(source);
    private readonly RouteQueries _routes = new(source);
    private readonly SentRoutes _sent = new(source);

    /// <summary>The calls.</summary>
    public IEnumerable<WebRoute> Routes =>
    [
        new("GET", "/api/workload", Roles.View, WorkloadAsync),
        new("GET", "/api/outbound", Roles.View, OutboundAsync),
        new("GET", "/api/authz", Roles.View, AuthorizationsAsync),
    ];

    private async Task WorkloadAsync(WebCall call)
    {
        var (key, window) = (call.Workload(), call.Window());
        var facts = view.Read();
        if (!facts.Workloads.TryGetValue(key, out var pods))
        {
            pods = [.. facts.Pods.Where(p => key.Kind == "pod" && p.Namespace == key.Namespace && p.Name == key.Name)];
            if (pods.Count == 0)
                throw new WebFaultException(StatusCodes.Status404NotFound, $"there is no {key.Kind} {key.Name} in namespace {key.Namespace}");
        }

        var matchers = $"direction=\"inbound\",namespace={TrafficQueries.Quote(key.Namespace)},{WorkloadKey.LabelOf(key.Kind)}={TrafficQueries.Quote(key.Name)}";
        var taking = snapshots.GetAsync(window, call.Aborted);
        var byPod = _traffic.AskAsync<PodKey>(matchers, "pod", static labels => new PodKey(labels["pod"]), window, tcp: true, call.Aborted);
        var routes = _routes.AskAsync(key, window, call.Aborted);
        var sent = _sent.AskAsync(new ResourceRef(ResourceKind.Find(key.Kind)!, key.Name, key.Namespace), window, call.Aborted);
        var applying = policies.InAsync(key.Namespace, call.Aborted);
        await Task.WhenAll(taking, byPod, routes, sent, applying);
        IReadOnlyList<PolicyRow> rules = [.. PolicyMatch.For(await applying, pods, facts).Select(PolicyText.Row)];
        await JsonAnswers.SendAsync(
            call.Http, Answer(key, pods, facts, await taking, await byPod, await routes, rules) with { Sent = await sent }, WebJson.Default.WorkloadAnswer);
    }

    private WorkloadAnswer Answer(
        WorkloadKey key, IReadOnlyList<PodFacts> pods, ClusterFacts facts, Snapshot snapshot, Dictionary<PodKey, Traffic> byPod, IReadOnlyDictionary<string, Traffic> routes, IReadOnlyList<PolicyRow> rules)
    {
        var (window, now) = (snapshot.Window, time.GetUtcNow());
        var summary = Rows.Of(key, pods, snapshot, Rows.Spark(history, key));
        // A pod that a workload owns is in no snapshot by itself.
        if (key.Kind == "pod" && byPod.TryGetValue(new PodKey(key.Name), out var own))
            summary = Rows.Of(key, pods, snapshot with { Inbound = new Dictionary<WorkloadKey, Traffic> { [key] = own } }, null);
        var inbound = snapshot.Edges.Where(e => e.Key.Destination == key).OrderBy(static e => e.Key.Source).ToList();
        var outbound = snapshot.Edges.Where(e => e.Key.Source == key).OrderBy(static e => e.Key.Destination).ToList();
        return new WorkloadAnswer(
            summary,
            [.. inbound.Select(e => Neighbour(e.Key, e.Value, e.Key.Source, snapshot, facts))],
            [.. outbound.Select(e => Neighbour(e.Key, e.Value, e.Key.Destination, snapshot, facts))],
            [.. pods.Select(p => Rows.Of(p, byPod.GetValueOrDefault(new PodKey(p.Name)), window, now))],
            [.. routes.Select(r => new RouteRow(r.Key, r.Value.Success, r.Value.Rps(window), r.Value.Latency(0.5), r.Value.Latency(0.95), r.Value.Latency(0.99)))],
            [],
            new TcpRow(summary.TcpConnections, summary.ReadBytesRate, summary.WriteBytesRate),
            rules,
            [.. inbound.Concat(outbound).Select(e => Rows.Of(e.Key, e.Value, window, facts))]);
    }

    private static NeighbourRow Neighbour(EdgeKey key, EdgeFacts edge, WorkloadKey peer, Snapshot snapshot, ClusterFacts facts)
    {
        var row = Rows.Of(key, edge, snapshot.Window, facts);
        var traffic = snapshot.Inbound.GetValueOrDefault(peer);
        var meshed = facts.Workloads.TryGetValue(peer, out var pods) && pods.Any(static p => p.Meshed);
        return new NeighbourRow(
            row.Src, row.Dst, row.Rps, row.Success, edge.Traffic.Latency(0.5), edge.Traffic.Latency(0.95), row.P99, row.Secured, row.ClientId, row.ServerId, row.NoTlsReason,
            new PeerRow(
                peer.Namespace, peer.Kind, peer.Name, meshed, traffic?.Success, traffic?.Rps(snapshot.Window), traffic?.Latency(0.5), traffic?.Latency(0.95), traffic?.Latency(0.99)));
    }

    // Of one workload, or of all of a kind in a namespace; with a destination, only what goes to the Services in front of it.
    private async Task OutboundAsync(WebCall call)
    {
        var target = call.Target("kind", "name", call.RequiredName("namespace")) ?? new ResourceRef(ResourceKind.Find("deployment")!, null, call.RequiredName("namespace"));
        if (WorkloadKey.LabelOf(target.Kind.Name) is null)
            throw new FormatException($"kind: {target.Kind.Name} is not a kind of workload, such as deployment");
        var rows = await _sent.AskAsync(target, call.Window(), call.Aborted);
        if (call.Target("to_type", "to_name", call.Name("to_namespace")) is { } to)
        {
            var services = ServicesOf(to, view.Read());
            rows = [.. rows.Where(r => services.Contains(r.Service) || r.Backends.Any(b => services.Contains(b.Name)))];
        }

        await JsonAnswers.SendAsync(call.Http, new OutboundAnswer(rows), WebJson.Default.OutboundAnswer);
    }

    // Names alone: a proxy does not count by the namespace of a Service.
    private static HashSet<string> ServicesOf(ResourceRef to, ClusterFacts facts)
    {
        if (to.Kind.Name == "service")
            return [.. facts.Services.Where(s => s.Namespace == to.Namespace && (to.Name is null || s.Name == to.Name)).Select(static s => s.Name)];
        var pods = facts.Pods.Where(p => p.Namespace == to.Namespace && (to.Name is null || (p.Owner.Kind == to.Kind.Name && p.Owner.Name == to.Name))).ToList();
        return [.. facts.Services.Where(s => pods.Any(s.Selects)).Select(static s => s.Name)];
    }

    private async Task AuthorizationsAsync(WebCall call)
    {
        var (ns, window) = (call.RequiredName("namespace"), call.Window());
        var labels = $"namespace={TrafficQueries.Quote(ns)}";
        var w = PromDuration.Format(window);
        const string By = "srv_kind, srv_name, route_kind, route_name, authz_kind, authz_name, client_id";
        var allowed = source.QueryAsync($"sum(increase(inbound_http_authz_allow_total{{{labels}}}[{w}])) by ({By})", call.Aborted);
        var denied = source.QueryAsync($"sum(increase(inbound_http_authz_deny_total{{{labels}}}[{w}])) by ({By})", call.Aborted);
        var responses = _traffic.AskAsync<AuthorizationKey>($"direction=\"inbound\",{labels}", By, static l => AuthorizationKey.Of(l), window, tcp: false, call.Aborted);
        var objects = policies.InAsync(ns, call.Aborted);
        await Task.WhenAll(allowed, denied, responses, objects);

        var rows = new SortedDictionary<AuthorizationKey, (double Allowed, double Denied)>();
        foreach (var sample in await allowed)
            rows[AuthorizationKey.Of(sample.Labels)] = (sample.Value, 0);
        foreach (var sample in await denied)
        {
            var key = AuthorizationKey.Of(sample.Labels);
            rows[key] = (rows.GetValueOrDefault(key).Allowed, sample.Value);
        }

        var seconds = window.TotalSeconds;
        var measured = await responses;
        await JsonAnswers.SendAsync(
            call.Http,
            new AuthorizationAnswer(
                [.. rows.Select(r => new AuthorizationRow(
                    r.Key.Server, r.Key.Route, r.Key.Authorization, r.Key.Client, r.Value.Allowed / seconds, r.Value.Denied / seconds, measured.GetValueOrDefault(r.Key)?.Success))],
                [.. (await objects).Select(PolicyText.Row)]),
            WebJson.Default.AuthorizationAnswer);
    }

    private readonly record struct PodKey(string Name);
}
