using Linkerd.Model;
using Wire = Linkerd.Api.Destination;

namespace Linkerd.Api.Mapping;

/// <summary>Profiles off the wire.</summary>
public static class Profiles
{
    private const int MaxDepth = 32;

    /// <summary>One message of Destination.GetProfile.</summary>
    public static Profile ToModel(Wire.DestinationProfile profile) => new()
    {
        // A route whose condition makes no sense matches nothing: the others still hold.
        Routes = [.. profile.Routes.Where(r => r.Condition is not null).Select(ToModel)],
        RetryBudget = profile.RetryBudget is { } budget
            ? new RetryBudget(Math.Clamp(budget.RetryRatio, 0, 1000), (int)Math.Min(budget.MinRetriesPerSecond, int.MaxValue), Durations.ToModel(budget.Ttl, "retry_budget.ttl", RetryBudget.Default.Ttl))
            : null,
        Overrides = [.. profile.DstOverrides.Select(o => new WeightedDestination(o.Authority, o.Weight, Metas.ToModelOrNull(o.BackendRef)))],
        OpaqueProtocol = profile.OpaqueProtocol,
        FullyQualifiedName = profile.FullyQualifiedName,
        Endpoint = profile.Endpoint is { } endpoint ? Endpoints.ToModel(endpoint, LabelSet.Empty) : null,
        Parent = Metas.ToModelOrNull(profile.ParentRef),
        Source = Metas.ToModelOrNull(profile.ProfileRef),
    };

    private static ProfileRoute ToModel(Wire.Route route) => new()
    {
        Condition = ToModel(route.Condition, 0),
        ResponseClasses = [.. route.ResponseClasses.Where(c => c.Condition is not null).Select(c => new ResponseClass(ToModel(c.Condition, 0), c.IsFailure))],
        Labels = LabelSet.From(route.MetricsLabels),
        IsRetryable = route.IsRetryable,
        Timeout = Durations.ToModel(route.Timeout, "routes.timeout"),
    };

    private static RequestMatch ToModel(Wire.RequestMatch match, int depth)
    {
        if (depth > MaxDepth)
            throw new WireException($"condition: nested deeper than {MaxDepth}");
        return match.MatchCase switch
        {
            Wire.RequestMatch.MatchOneofCase.All => new RequestMatch.All([.. match.All.Matches.Select(m => ToModel(m, depth + 1))]),
            Wire.RequestMatch.MatchOneofCase.Any => new RequestMatch.Any([.. match.Any.Matches.Select(m => ToModel(m, depth + 1))]),
            Wire.RequestMatch.MatchOneofCase.Not => new RequestMatch.Not(ToModel(match.Not, depth + 1)),
            Wire.RequestMatch.MatchOneofCase.Path => new RequestMatch.Path(Patterns.Checked(match.Path.Regex, "condition.path")),
            Wire.RequestMatch.MatchOneofCase.Method => new RequestMatch.Method(Routes.Method(match.Method) ?? throw new WireException("condition.method: missing")),
            _ => throw new WireException("condition: no match is set"),
        };
    }

    private static ResponseMatch ToModel(Wire.ResponseMatch match, int depth)
    {
        if (depth > MaxDepth)
            throw new WireException($"response_classes.condition: nested deeper than {MaxDepth}");
        return match.MatchCase switch
        {
            Wire.ResponseMatch.MatchOneofCase.All => new ResponseMatch.All([.. match.All.Matches.Select(m => ToModel(m, depth + 1))]),
            Wire.ResponseMatch.MatchOneofCase.Any => new ResponseMatch.Any([.. match.Any.Matches.Select(m => ToModel(m, depth + 1))]),
            Wire.ResponseMatch.MatchOneofCase.Not => new ResponseMatch.Not(ToModel(match.Not, depth + 1)),
            Wire.ResponseMatch.MatchOneofCase.Status => ToModel(match.Status),
            _ => throw new WireException("response_classes.condition: no match is set"),
        };
    }

    private static ResponseMatch.Status ToModel(Wire.HttpStatusRange range)
    {
        var (min, max) = ((int)Math.Min(range.Min, 999), (int)Math.Min(range.Max, 999));
        return new ResponseMatch.Status(min == 0 ? max : min, max == 0 ? min : max);
    }
}
