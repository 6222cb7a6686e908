using System.Globalization;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Routing;

namespace Linkerd.Cli.Explain;

/// <summary>
/// Says what a client's proxy does with a request, from what the control plane tells it, by the tables that the proxy
/// itself uses (<see cref="RouteTable{T}"/>, <see cref="RequestCondition"/>).
/// </summary>
internal static class OutboundExplainer
{
    /// <summary>The verdict.</summary>
    /// <param name="policy">What the policy controller tells the client's proxy.</param>
    /// <param name="profile">What the destination controller tells it.</param>
    /// <param name="port">Port of the destination.</param>
    /// <param name="isHttp2">Whether the client speaks HTTP/2.</param>
    /// <param name="request">The request.</param>
    public static OutboundVerdict Explain(ClientPolicy policy, Profile profile, int port, bool isHttp2, HeaderBlock request)
    {
        var facts = new List<Fact> { new("policy", $"protocol {policy.Protocol.ToString().ToLowerInvariant()}", Fact.Name(policy.Meta)) };
        if (profile.OpaqueProtocol || policy.Protocol is ClientProtocol.Opaque or ClientProtocol.Tls)
            return Opaque(policy, facts);
        // As the proxy: a profile beats policy only when it has something to say.
        if (profile.Routes.Count > 0 || profile.Overrides.Count > 0)
            return OfProfile(profile, port, request, facts);
        if (policy.Grpc is { } grpc && (isHttp2 || policy.Protocol == ClientProtocol.Grpc))
        {
            AddBreaker(facts, grpc.FailureAccrual, policy.Meta);
            return OfRoutes(grpc.Routes.Select(r => (r.Meta, r.Hosts, r.Rules)), static m => new RequestMatcher(m), request, facts);
        }

        var http = isHttp2 ? policy.Http2 : policy.Http1;
        AddBreaker(facts, http?.FailureAccrual, policy.Meta);
        return OfRoutes((http?.Routes ?? []).Select(r => (r.Meta, r.Hosts, r.Rules)), static m => new RequestMatcher(m), request, facts);
    }

    private static OutboundVerdict Opaque(ClientPolicy policy, List<Fact> facts)
    {
        facts.Add(new Fact("route", "opaque: the connection is passed on without looking at requests", Fact.Name(policy.Meta)));
        if (policy.OpaqueRoutes is not [var route, ..])
            return new OutboundVerdict(facts, null, []);
        return FilterFacts.AnswerOf(route.Filters) is { } refused
            ? new OutboundVerdict(facts, refused, [])
            : new OutboundVerdict(facts, null, Shares(route.Backends, "spec.rules[0]"));
    }

    private static OutboundVerdict OfRoutes<TMatch>(
        IEnumerable<(Meta Meta, IReadOnlyList<HostMatch> Hosts, IReadOnlyList<OutboundRule<TMatch>> Rules)> routes, Func<TMatch, RequestMatcher> compile, HeaderBlock request, List<Fact> facts)
    {
        var table = new RouteTable<Row<TMatch>>();
        foreach (var (meta, hosts, rules) in routes)
        {
            for (var i = 0; i < rules.Count; i++)
            {
                var matchers = rules[i].Matches.Select(compile).ToList();
                table.Add(hosts, matchers, new Row<TMatch>(meta, rules[i], i, matchers));
            }
        }

        if (table.Find(request, out var matched) is not { } row)
            return new OutboundVerdict([.. facts, new Fact("route", "no route matches the request")], new Answer(404, "no route found for request"), []);
        var source = Fact.Name(row.Meta);
        var field = row.Meta.IsDefault ? "" : $"spec.rules[{row.Index}]";
        var match = matched is null ? -1 : row.Matchers.IndexOf(matched);
        facts.Add(new Fact("route", "the request matches", source, match < 0 || field.Length == 0 ? field : $"{field}.matches[{match}]"));
        if (FilterFacts.Add(facts, row.Rule.Filters, source, field) is { } answer)
            return new OutboundVerdict(facts, answer, []) { Route = row.Meta, Rule = row.Index };
        AddTimeouts(facts, row.Rule.Timeouts, source);
        AddRetry(facts, row.Rule.Retry, source);
        return row.Rule.Backends.Kind == DistributionKind.Empty
            ? new OutboundVerdict(facts, new Answer(500, "the route has no backends"), [])
            : new OutboundVerdict(facts, null, Shares(row.Rule.Backends, field)) { Route = row.Meta, Rule = row.Index };
    }

    private static OutboundVerdict OfProfile(Profile profile, int port, HeaderBlock request, List<Fact> facts)
    {
        var source = profile.Source is { } meta ? Fact.Name(meta) : $"ServiceProfile {profile.FullyQualifiedName}";
        var index = profile.Routes.ToList().FindIndex(r => r.Condition is { } condition && RequestCondition.Compile(condition).IsMatch(request));
        if (index < 0)
        {
            facts.Add(new Fact("route", "no route of the profile matches: sent on without retries or timeout", source));
        }
        else
        {
            var route = profile.Routes[index];
            var name = route.Labels["route"];
            facts.Add(new Fact("route", name is { Length: > 0 } ? name : "the request matches", source, $"spec.routes[{index}].condition"));
            if (route.Timeout is { } timeout)
                facts.Add(new Fact("timeout", $"{Span(timeout)} for the response, retries included: then 504", source, $"spec.routes[{index}].timeout"));
            if (route.IsRetryable)
                facts.Add(new Fact("retry", $"failures are sent again within the budget: {Budget(profile.RetryBudget)}", source, $"spec.routes[{index}].isRetryable"));
        }

        if (profile.Overrides.Count == 0)
            return new OutboundVerdict(facts, null, [new BackendShare(profile.Parent ?? Meta.Default("service"), 1, $"{profile.FullyQualifiedName}:{port}", profile.Endpoint, null, "")]);
        var total = profile.Overrides.Sum(o => (double)o.Weight);
        return new OutboundVerdict(facts, null, [.. profile.Overrides.Select((o, i) =>
            new BackendShare(o.Backend ?? Meta.Default(o.Authority), total == 0 ? 0 : o.Weight / total, o.Authority.Replace(".:", ":", StringComparison.Ordinal).TrimEnd('.'), null, null, $"spec.dstOverrides[{i}]"))]);
    }

    private static string Budget(RetryBudget? budget)
    {
        var value = budget ?? RetryBudget.Default;
        return string.Create(CultureInfo.InvariantCulture, $"{value.Ratio} per request and {value.MinPerSecond} a second over {Span(value.Ttl)}{(budget is null ? " (default)" : "")}");
    }

    private static void AddTimeouts(List<Fact> facts, RouteTimeouts timeouts, string source)
    {
        Add(timeouts.Request, "request", "from the request's head to the response's end, retries included");
        Add(timeouts.Response, "response", "from the request's end to the response's end");
        Add(timeouts.Idle, "idle", "without data either way");

        void Add(TimeSpan? limit, string name, string text)
        {
            if (limit is { } span)
                facts.Add(new Fact("timeout", $"{name} {Span(span)}, {text}: then 504", source, $"timeout.linkerd.io/{name}"));
        }
    }

    private static void AddRetry(List<Fact> facts, RetryPolicy? retry, string source)
    {
        if (retry is null)
            return;
        var what = retry.StatusRanges.Count > 0
            ? "statuses " + string.Join(", ", retry.StatusRanges.Select(r => r.Start == r.End ? $"{r.Start}" : $"{r.Start}-{r.End}"))
            : "gRPC codes " + string.Join(", ", retry.GrpcCodes);
        facts.Add(new Fact("retry", $"{what} up to {retry.MaxRetries} times{(retry.Timeout is { } t ? $", {Span(t)} for each attempt" : "")}", source, retry.StatusRanges.Count > 0 ? "retry.linkerd.io/http" : "retry.linkerd.io/grpc"));
    }

    private static void AddBreaker(List<Fact> facts, FailureAccrual? accrual, Meta parent)
    {
        var text = accrual switch
        {
            FailureAccrual.Consecutive c => $"an endpoint is taken out after {c.MaxFailures} failures in a row",
            FailureAccrual.Unified u => string.Create(CultureInfo.InvariantCulture, $"an endpoint is taken out below a success rate of {u.SuccessRateThreshold} or after {u.MaxConsecutiveFailures} failures in a row"),
            _ => null,
        };
        if (text is not null)
            facts.Add(new Fact("circuit breaker", text, Fact.Name(parent), "metadata.annotations[balancer.linkerd.io/failure-accrual]"));
    }

    private static List<BackendShare> Shares(Distribution distribution, string field)
    {
        var total = distribution.Backends.Sum(b => (double)b.Weight);
        return [.. distribution.Backends.Select((b, i) => new BackendShare(
            b.Backend.Meta,
            distribution.Kind == DistributionKind.FirstAvailable ? (i == 0 ? 1 : 0) : total == 0 ? 0 : b.Weight / total,
            b.Backend.Balancer?.Destination ?? "",
            b.Backend.Forward,
            FilterFacts.AnswerOf(b.Filters),
            field.Length == 0 || distribution.Kind == DistributionKind.FirstAvailable ? "" : $"{field}.backendRefs[{i}]"))];
    }

    /// <summary>As Kubernetes writes durations.</summary>
    public static string Span(TimeSpan span) => span.TotalMilliseconds < 1000
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0.###}ms")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.###}s");

    private sealed record Row<TMatch>(Meta Meta, OutboundRule<TMatch> Rule, int Index, List<RequestMatcher> Matchers);
}
