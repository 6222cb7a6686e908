using Linkerd.Model;

namespace Linkerd.Cli.Explain;

/// <summary>What filters do to a request.</summary>
internal static class FilterFacts
{
    /// <summary>Adds what each filter does; returns the answer that one of them gives every request, or null.</summary>
    public static Answer? Add(List<Fact> facts, IReadOnlyList<RouteFilter> filters, string source, string field)
    {
        for (var i = 0; i < filters.Count; i++)
        {
            var (text, answer) = Of(filters[i]);
            facts.Add(new Fact("filter", text, source, $"{field}.filters[{i}]"));
            if (answer is not null)
                return answer;
        }

        return null;
    }

    /// <summary>The answer that one of the filters gives every request, or null.</summary>
    public static Answer? AnswerOf(IReadOnlyList<RouteFilter> filters) => filters.Select(f => Of(f).Answer).FirstOrDefault(a => a is not null);

    private static (string Text, Answer? Answer) Of(RouteFilter filter) => filter switch
    {
        RouteFilter.HttpFailure { Ratio: null } f => ($"every request is answered with {f.Status}", new Answer(f.Status, f.Message)),
        RouteFilter.HttpFailure f => ($"{f.Ratio.Numerator} of {f.Ratio.Denominator} requests are answered with {f.Status}: {f.Message}", null),
        RouteFilter.GrpcFailure { Ratio: null } f => ($"every call is answered with gRPC status {f.Code}", new Answer(200, $"grpc-status {f.Code}: {f.Message}")),
        RouteFilter.GrpcFailure f => ($"{f.Ratio.Numerator} of {f.Ratio.Denominator} calls are answered with gRPC status {f.Code}: {f.Message}", null),
        RouteFilter.Redirect r => ($"redirect to {Place(r)}", new Answer(r.Status ?? 302, $"redirect to {Place(r)}")),
        RouteFilter.RequestHeaders h => ("request headers: " + Changes(h.Changes), null),
        RouteFilter.ResponseHeaders h => ("response headers: " + Changes(h.Changes), null),
        RouteFilter.Invalid i => (i.Message, new Answer(500, i.Message)),
        RouteFilter.Forbidden => ("forbidden", new Answer(-1, "forbidden by the route")),
        _ => (filter.ToString(), null),
    };

    private static string Place(RouteFilter.Redirect r) =>
        $"{r.Scheme ?? "the request's scheme"}://{r.Host ?? "the request's host"}{(r.Port is { } port ? $":{port}" : "")}{r.Path?.Text ?? ""}";

    private static string Changes(HeaderChanges changes) => string.Join(", ",
        [.. changes.Add.Select(h => $"add {h.Key}: {h.Value}"), .. changes.Set.Select(h => $"set {h.Key}: {h.Value}"), .. changes.Remove.Select(h => "remove " + h)]);
}
