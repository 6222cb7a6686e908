using System.Buffers.Text;
using System.Text;
using Linkerd.Http;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Outbound;

/// <summary>
/// The <c>l5d-retry-*</c> and <c>l5d-*timeout</c> request headers: read where the route allows them, removed always. One that makes no sense is passed over.
/// </summary>
internal static class RequestOverrides
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    public static void Strip(HeaderBlock request)
    {
        request.Remove(KnownHeader.L5dRetryHttp);
        request.Remove(KnownHeader.L5dRetryGrpc);
        request.Remove(KnownHeader.L5dRetryLimit);
        request.Remove(KnownHeader.L5dRetryTimeout);
        request.Remove(KnownHeader.L5dTimeout);
        request.Remove(KnownHeader.L5dRequestTimeout);
        request.Remove(KnownHeader.L5dResponseTimeout);
    }

    /// <summary>The route's retries, as the request wants them; conditions in a header turn retries on where the route has none.</summary>
    public static RetrySettings? Retries(HeaderBlock request, RetrySettings? settings)
    {
        bool hasHttp = request.TryGet(KnownHeader.L5dRetryHttp, out ReadOnlySpan<byte> http);
        bool hasGrpc = request.TryGet(KnownHeader.L5dRetryGrpc, out ReadOnlySpan<byte> grpc);
        if (hasHttp && TryStatuses(Encoding.ASCII.GetString(http), out List<(int, int)> statuses)) settings = (settings ?? new RetrySettings()) with { Statuses = statuses };
        if (hasGrpc && TryCodes(Encoding.ASCII.GetString(grpc), out int codes)) settings = (settings ?? new RetrySettings()) with { GrpcCodes = codes };
        if (settings is null) return null;
        if (request.TryGet(KnownHeader.L5dRetryLimit, out ReadOnlySpan<byte> limit) && Utf8Parser.TryParse(limit, out ushort count, out int used) && used == limit.Length)
            settings = settings with { MaxRetries = Math.Min((int)count, 1000) };
        if (request.TryGet(KnownHeader.L5dRetryTimeout, out ReadOnlySpan<byte> text) && TryDuration(text, out TimeSpan timeout)) settings = settings with { HeadersTimeout = timeout };
        return settings;
    }

    /// <summary>The route's timeouts, as the request wants them.</summary>
    public static ExchangeTimeouts Timeouts(HeaderBlock request, ExchangeTimeouts timeouts)
    {
        if ((request.TryGet(KnownHeader.L5dTimeout, out ReadOnlySpan<byte> text) || request.TryGet(KnownHeader.L5dRequestTimeout, out text)) && TryDuration(text, out TimeSpan whole))
            timeouts = timeouts with { Request = whole };
        if (request.TryGet(KnownHeader.L5dResponseTimeout, out text) && TryDuration(text, out TimeSpan response)) timeouts = timeouts with { Response = response };
        return timeouts;
    }

    /// <summary>An integer with <c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>; up to a day.</summary>
    public static bool TryDuration(ReadOnlySpan<byte> text, out TimeSpan duration)
    {
        duration = default;
        if (!Utf8Parser.TryParse(text, out uint number, out int used)) return false;
        ReadOnlySpan<byte> unit = text[used..];
        double? seconds = unit.SequenceEqual("ms"u8) ? 0.001 : unit.SequenceEqual("s"u8) ? 1 : unit.SequenceEqual("m"u8) ? 60
            : unit.SequenceEqual("h"u8) ? 3600 : unit.SequenceEqual("d"u8) ? 86_400 : unit.IsEmpty && number == 0 ? 1 : null;
        if (seconds is not { } factor || number * factor > s_longest.TotalSeconds) return false;
        duration = TimeSpan.FromSeconds(number * factor);
        return true;
    }

    private static bool TryStatuses(string text, out List<(int Start, int End)> ranges)
    {
        ranges = [];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Equals("5xx", StringComparison.OrdinalIgnoreCase)) ranges.Add((500, 599));
            else if (part.Equals("gateway-error", StringComparison.OrdinalIgnoreCase)) ranges.Add((502, 504));
            else if (TryRange(part, out (int, int) range)) ranges.Add(range);
            else return false;
        }

        return ranges.Count > 0;
    }

    private static bool TryRange(string text, out (int Start, int End) range)
    {
        string[] ends = text.Split('-', 2);
        range = default;
        if (!int.TryParse(ends[0], System.Globalization.NumberStyles.None, null, out int start)) return false;
        int end = start;
        if (ends.Length == 2 && !int.TryParse(ends[1], System.Globalization.NumberStyles.None, null, out end)) return false;
        range = (start, end);
        return start is >= 100 and <= 599 && end >= start && end <= 599;
    }

    private static bool TryCodes(string text, out int bits)
    {
        bits = 0;
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            int code = part.ToLowerInvariant() switch
            {
                "cancelled" => 1,
                "deadline-exceeded" => 4,
                "resource-exhausted" => 8,
                "internal" => 13,
                "unavailable" => 14,
                _ => -1,
            };
            if (code < 0) return false;
            bits |= 1 << code;
        }

        return bits != 0;
    }
}
