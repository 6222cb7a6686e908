using System.Globalization;
using UnitDuration = Linkerd.Model.UnitDuration;

namespace Linkerd.Controller.Policy.Core;

/// <summary>Timeouts and retries that a Service's annotations ask for; null or empty where they do not.</summary>
public sealed record RouteTuning
{
    private const int MaxConditions = 100;

    private static readonly Dictionary<string, int> s_codes = new()
    {
        ["cancelled"] = 1,
        ["deadline-exceeded"] = 4,
        ["resource-exhausted"] = 8,
        ["internal"] = 13,
        ["unavailable"] = 14,
    };

    /// <summary>From the start of a request to the end of its response.</summary>
    public TimeSpan? RequestTimeout { get; init; }

    /// <summary>From the end of a request to the end of its response.</summary>
    public TimeSpan? ResponseTimeout { get; init; }

    /// <summary>Without a frame in either direction.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Ranges of statuses, both ends included, as text for comparison; empty for no retries.</summary>
    public string RetryStatuses { get; init; } = "";

    /// <summary>gRPC codes that are retried, as text for comparison; empty for no retries.</summary>
    public string RetryCodes { get; init; } = "";

    /// <summary>Most retries of a request; default 1.</summary>
    public int RetryLimit { get; init; } = 1;

    /// <summary>Limit of one attempt, or null.</summary>
    public TimeSpan? RetryTimeout { get; init; }

    /// <summary>The ranges of <see cref="RetryStatuses"/>.</summary>
    public IEnumerable<(int Start, int End)> RetryRanges()
    {
        foreach (var entry in RetryStatuses.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Range(entry) is { } range)
                yield return range;
        }
    }

    /// <summary>The codes of <see cref="RetryCodes"/>.</summary>
    public IEnumerable<int> RetryGrpcCodes() => RetryCodes.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static name => s_codes[name]);

    /// <summary>These, and the others' where these say nothing about time-outs, or nothing about retries.</summary>
    public RouteTuning Or(RouteTuning other)
    {
        var times = RequestTimeout is not null || ResponseTimeout is not null || IdleTimeout is not null ? this : other;
        var retries = RetryStatuses.Length > 0 || RetryCodes.Length > 0 ? this : other;
        return retries with { RequestTimeout = times.RequestTimeout, ResponseTimeout = times.ResponseTimeout, IdleTimeout = times.IdleTimeout };
    }

    /// <summary>Reads the annotations; what cannot be used is left out.</summary>
    public static RouteTuning Read(IReadOnlyDictionary<string, string>? annotations)
    {
        if (annotations is null)
            return new RouteTuning();
        return new RouteTuning
        {
            RequestTimeout = Time(annotations, "timeout.linkerd.io/request"),
            ResponseTimeout = Time(annotations, "timeout.linkerd.io/response"),
            IdleTimeout = Time(annotations, "timeout.linkerd.io/idle"),
            RetryStatuses = Statuses(annotations.GetValueOrDefault("retry.linkerd.io/http")),
            RetryCodes = Codes(annotations.GetValueOrDefault("retry.linkerd.io/grpc")),
            RetryLimit = int.TryParse(annotations.GetValueOrDefault("retry.linkerd.io/limit"), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : 1,
            RetryTimeout = Time(annotations, "retry.linkerd.io/timeout"),
        };
    }

    /// <summary>A list with a part that cannot be read asks for nothing: half of what was meant could be worse.</summary>
    internal static string Statuses(string? text)
    {
        var entries = (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return entries.Length <= MaxConditions && Array.TrueForAll(entries, static e => Range(e) is not null) ? string.Join(',', entries) : "";
    }

    /// <summary>The codes of a list; empty when a part cannot be read.</summary>
    internal static string Codes(string? text)
    {
        var entries = (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return entries.Length <= MaxConditions && Array.TrueForAll(entries, static e => s_codes.ContainsKey(e)) ? string.Join(',', entries) : "";
    }

    private static TimeSpan? Time(IReadOnlyDictionary<string, string> annotations, string key) =>
        annotations.TryGetValue(key, out var text) && UnitDuration.TryParse(text, out var value) && value > TimeSpan.Zero ? value : null;

    private static (int Start, int End)? Range(string entry)
    {
        if (entry == "5xx")
            return (500, 599);
        if (entry == "gateway-error")
            return (502, 504);
        var dash = entry.IndexOf('-', StringComparison.Ordinal);
        return Status(dash < 0 ? entry : entry[..dash]) is { } start && Status(dash < 0 ? entry : entry[(dash + 1)..]) is { } end && start <= end
            ? (start, end)
            : null;
    }

    private static int? Status(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 100 and <= 599 ? status : null;
}
