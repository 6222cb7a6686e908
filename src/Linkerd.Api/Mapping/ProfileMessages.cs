using Google.Protobuf.WellKnownTypes;
using Linkerd.Model;
using Wire = Linkerd.Api.Destination;

namespace Linkerd.Api.Mapping;

/// <summary>Profiles onto the wire; <see cref="Profiles"/> reads them back.</summary>
public static class ProfileMessages
{
    /// <summary>One message of Destination.GetProfile. A profile without a retry budget has the default one.</summary>
    public static Wire.DestinationProfile ToWire(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var budget = profile.RetryBudget ?? RetryBudget.Default;
        return new Wire.DestinationProfile
        {
            Routes = { profile.Routes.Select(ToWire) },
            RetryBudget = new Wire.RetryBudget { RetryRatio = (float)budget.Ratio, MinRetriesPerSecond = (uint)budget.MinPerSecond, Ttl = Duration.FromTimeSpan(budget.Ttl) },
            DstOverrides =
            {
                profile.Overrides.Select(static o => new Wire.WeightedDst { Authority = o.Authority, Weight = o.Weight, BackendRef = o.Backend is null ? null : Metas.ToWire(o.Backend) }),
            },
            OpaqueProtocol = profile.OpaqueProtocol,
            FullyQualifiedName = profile.FullyQualifiedName,
            Endpoint = profile.Endpoint is { } endpoint ? Endpoints.ToWire(endpoint) : null,
            ParentRef = profile.Parent is { } parent ? Metas.ToWire(parent) : null,
            ProfileRef = profile.Source is { } source ? Metas.ToWire(source) : null,
        };
    }

    private static Wire.Route ToWire(ProfileRoute route)
    {
        var message = new Wire.Route
        {
            Condition = route.Condition is null ? null : ToWire(route.Condition),
            ResponseClasses = { route.ResponseClasses.Select(static c => new Wire.ResponseClass { Condition = ToWire(c.Condition), IsFailure = c.IsFailure }) },
            IsRetryable = route.IsRetryable,
            Timeout = DurationMessages.ToWire(route.Timeout),
        };
        foreach (var (name, value) in route.Labels)
            message.MetricsLabels[name] = value;
        return message;
    }

    private static Wire.RequestMatch ToWire(RequestMatch match) => match switch
    {
        RequestMatch.All all => new() { All = new Wire.RequestMatch.Types.Seq { Matches = { all.Matches.Select(ToWire) } } },
        RequestMatch.Any any => new() { Any = new Wire.RequestMatch.Types.Seq { Matches = { any.Matches.Select(ToWire) } } },
        RequestMatch.Not not => new() { Not = ToWire(not.Match) },
        RequestMatch.Path path => new() { Path = new Wire.PathMatch { Regex = path.Regex } },
        RequestMatch.Method method => new() { Method = RouteMessages.Method(method.Name) },
        _ => throw new ArgumentException($"{match.GetType().Name} is no condition", nameof(match)),
    };

    private static Wire.ResponseMatch ToWire(ResponseMatch match) => match switch
    {
        ResponseMatch.All all => new() { All = new Wire.ResponseMatch.Types.Seq { Matches = { all.Matches.Select(ToWire) } } },
        ResponseMatch.Any any => new() { Any = new Wire.ResponseMatch.Types.Seq { Matches = { any.Matches.Select(ToWire) } } },
        ResponseMatch.Not not => new() { Not = ToWire(not.Match) },
        ResponseMatch.Status status => new() { Status = new Wire.HttpStatusRange { Min = (uint)status.Min, Max = (uint)status.Max } },
        _ => throw new ArgumentException($"{match.GetType().Name} is no condition", nameof(match)),
    };
}
