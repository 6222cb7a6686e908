using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Linkerd.Controller.Common.Reading;
using Linkerd.Model;
using Quantity = Linkerd.Kubernetes.Models.Quantity;

namespace Linkerd.Controller.Destination.Reading;

/// <summary>Reads ServiceProfiles strictly; the texts of its faults are those that users of profiles know.</summary>
internal static partial class ProfileReader
{
    /// <summary>Conditions nested in conditions, at most.</summary>
    private const int MaxDepth = 32;

    /// <summary>Weights travel in ten-thousandths.</summary>
    private const int TenthsOfMilli = 10;

    private static readonly string[] s_specFields = ["routes", "retryBudget", "dstOverrides", "opaquePorts"];
    private static readonly string[] s_routeFields = ["name", "condition", "responseClasses", "isRetryable", "timeout"];

    /// <summary>The profile that a resource describes, without what its Service adds.</summary>
    /// <exception cref="InvalidResourceException">It cannot be used.</exception>
    public static Profile Read(JsonObject resource)
    {
        var name = new Field(resource, "")["metadata"]["name"].OptionalText() ?? "";
        var who = $"ServiceProfile \"{name}\"";
        if (!NamePattern().IsMatch(name) || name.Length > 253)
            throw new InvalidResourceException($"{who} has invalid name: a lowercase RFC 1123 subdomain is expected, such as web.shop.svc.cluster.local");
        var spec = new Field(resource, "")["spec"];
        Known(spec, s_specFields, who);
        return new Profile
        {
            FullyQualifiedName = name,
            Routes = [.. spec["routes"].Items().Select(r => Route(r, who))],
            RetryBudget = Budget(spec["retryBudget"], who),
            Overrides = [.. spec["dstOverrides"].Items().Select(Override)],
        };
    }

    private static ProfileRoute Route(Field route, string who)
    {
        if (!route.IsPresent)
            throw new InvalidResourceException($"{who} has a null route");
        Known(route, s_routeFields, who);
        if (route["name"].OptionalText() is not { Length: > 0 } name)
            throw new InvalidResourceException($"{who} has a route with no name");
        TimeSpan? timeout = null;
        if (route["timeout"].OptionalText() is { Length: > 0 } text)
            timeout = GoTime(text) ?? throw new InvalidResourceException($"{who} has a route with an invalid timeout: \"{text}\" is no duration such as 250ms or 1m30s");
        if (!route["condition"].IsPresent)
            throw new InvalidResourceException($"{who} has a route with no condition");
        return new ProfileRoute
        {
            Condition = Condition(route["condition"], who, 0),
            ResponseClasses = [.. route["responseClasses"].Items().Select(c => Class(c, who))],
            Labels = LabelSet.Of(("route", name)),
            IsRetryable = route["isRetryable"].Flag(),
            Timeout = timeout > TimeSpan.Zero ? timeout : null,
        };
    }

    private static RequestMatch Condition(Field condition, string who, int depth)
    {
        var fault = $"{who} has a route with an invalid condition: ";
        if (depth > MaxDepth)
            throw new InvalidResourceException($"{fault}more than {MaxDepth} conditions in one another");
        Known(condition, ["pathRegex", "method", "all", "any", "not"], who);
        var parts = new List<RequestMatch>();
        if (condition["pathRegex"].OptionalText() is { Length: > 0 } regex)
            parts.Add(new RequestMatch.Path(Regular(condition["pathRegex"], regex)));
        if (condition["method"].OptionalText() is { Length: > 0 } method)
            parts.Add(new RequestMatch.Method(method));
        if (condition["all"].IsPresent)
            parts.Add(new RequestMatch.All([.. condition["all"].Items().Select(c => Condition(c, who, depth + 1))]));
        if (condition["any"].IsPresent)
            parts.Add(new RequestMatch.Any([.. condition["any"].Items().Select(c => Condition(c, who, depth + 1))]));
        // The schema has a list here, the oldest profiles one condition; none of a list may hold.
        if (condition["not"] is { IsPresent: true } not)
            parts.AddRange((not.Node is JsonArray ? not.Items() : [not]).Select(c => new RequestMatch.Not(Condition(c, who, depth + 1))));
        return parts.Count switch
        {
            0 => throw new InvalidResourceException(fault + "A request match must have a field set"),
            1 => parts[0],
            _ => new RequestMatch.All(parts),
        };
    }

    private static ResponseClass Class(Field field, string who)
    {
        if (!field.IsPresent)
            throw new InvalidResourceException($"{who} has a null response class");
        Known(field, ["condition", "isFailure"], who);
        return field["condition"].IsPresent
            ? new ResponseClass(Response(field["condition"], who, 0), field["isFailure"].Flag())
            : throw new InvalidResourceException($"{who} has a response class with no condition");
    }

    private static ResponseMatch Response(Field condition, string who, int depth)
    {
        var fault = $"{who} has a response class with an invalid condition: ";
        if (depth > MaxDepth)
            throw new InvalidResourceException($"{fault}more than {MaxDepth} conditions in one another");
        Known(condition, ["status", "all", "any", "not"], who);
        var parts = new List<ResponseMatch>();
        if (condition["status"].IsPresent)
            parts.Add(Status(condition["status"], fault));
        if (condition["all"].IsPresent)
            parts.Add(new ResponseMatch.All([.. condition["all"].Items().Select(c => Response(c, who, depth + 1))]));
        if (condition["any"].IsPresent)
            parts.Add(new ResponseMatch.Any([.. condition["any"].Items().Select(c => Response(c, who, depth + 1))]));
        if (condition["not"].IsPresent)
            parts.Add(new ResponseMatch.Not(Response(condition["not"], who, depth + 1)));
        return parts.Count switch
        {
            0 => throw new InvalidResourceException(fault + "A response match must have a field set"),
            1 => parts[0],
            _ => new ResponseMatch.All(parts),
        };
    }

    private static ResponseMatch.Status Status(Field status, string fault)
    {
        var (min, max) = (status["min"].OptionalNumber(int.MinValue, int.MaxValue), status["max"].OptionalNumber(int.MinValue, int.MaxValue));
        if (min is not (null or 0 or (>= 100 and <= 599)))
            throw new InvalidResourceException(fault + "Range minimum must be between 100 and 599, inclusive");
        if (max is not (null or 0 or (>= 100 and <= 599)))
            throw new InvalidResourceException(fault + "Range maximum must be between 100 and 599, inclusive");
        // One of the two stands for both.
        var (low, high) = ((int)(min is null or 0 ? max ?? 0 : min), (int)(max is null or 0 ? min ?? 0 : max));
        if (high < low)
            throw new InvalidResourceException(fault + "Range maximum cannot be smaller than minimum");
        return low == 0 ? throw new InvalidResourceException(fault + "A response match must have a field set") : new ResponseMatch.Status(low, high);
    }

    private static RetryBudget? Budget(Field budget, string who)
    {
        if (!budget.IsPresent)
            return null;
        Known(budget, ["retryRatio", "minRetriesPerSecond", "ttl"], who);
        if (budget["retryRatio"].Node is not JsonValue ratio || !ratio.TryGetValue<double>(out var share) || share < 0)
            throw new InvalidResourceException($"{who} RetryBudget RetryRatio must be non-negative: {budget["retryRatio"].Node?.ToJsonString() ?? "it is missing"}");
        if (budget["ttl"].OptionalText() is not { Length: > 0 } text)
            throw new InvalidResourceException($"{who} RetryBudget missing TTL field");
        var ttl = GoTime(text) ?? throw new InvalidResourceException($"{who} RetryBudget: ttl \"{text}\" is no duration such as 10s");
        return new RetryBudget(share, (int)(budget["minRetriesPerSecond"].OptionalNumber(0, int.MaxValue) ?? 0), ttl);
    }

    private static WeightedDestination Override(Field field)
    {
        Known(field, ["authority", "weight"], "dstOverrides");
        var weight = field["weight"].Node;
        var text = weight?.GetValueKind() == JsonValueKind.Number ? weight.ToJsonString() : field["weight"].OptionalText() ?? "0";
        return Quantity.TryParse(text, out var quantity) && quantity.MilliValue >= 0
            ? new WeightedDestination(field["authority"].Name(), (uint)Math.Min(Math.Min(quantity.MilliValue, uint.MaxValue) * TenthsOfMilli, uint.MaxValue), null)
            : throw field["weight"].Fault("is no quantity: write a number such as 1 or 500m");
    }

    private static void Known(Field field, string[] names, string who)
    {
        foreach (var (name, _) in field.Node as JsonObject ?? [])
        {
            if (!names.Contains(name))
                throw new InvalidResourceException($"{who}: unknown field \"{field.Path}.{name}\"; known are {string.Join(", ", names)}");
        }
    }

    private static string Regular(Field field, string text)
    {
        try
        {
            _ = new Regex(text, RegexOptions.NonBacktracking);
            return text;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw field.Fault($"is no regular expression: {e.Message}");
        }
    }

    /// <summary>A Go duration; null for anything else.</summary>
    private static TimeSpan? GoTime(string text) => GoDuration.TryParse(text, out var value) && value >= TimeSpan.Zero ? value : null;

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex NamePattern();
}
