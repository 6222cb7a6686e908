using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Linkerd.Http;

namespace Linkerd.Proxy.Balance;

/// <summary>How long a server that fails wants to be left alone.</summary>
public static class RetryHint
{
    /// <summary>The server is not to be tried again.</summary>
    public static readonly TimeSpan Forever = Timeout.InfiniteTimeSpan;

    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    /// <summary>The status, or the gRPC code of an answer without a body, is one that penalties and breakers look at: 429, 503 and other 5xx; UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE, DATA_LOSS.</summary>
    public static bool IsPenalized(int status, int grpcStatus) => grpcStatus >= 0 ? grpcStatus is 2 or 4 or 8 or 13 or 14 or 15 : status is 429 or (>= 500 and < 600);

    /// <summary><c>grpc-retry-pushback-ms</c>, else <c>retry-after</c> (RFC 9110 §10.2.3: seconds or a date); zero for neither. <see cref="Forever"/> when the server says by a
    /// pushback that is negative or no number that it is not to be tried again (gRFC A6).</summary>
    public static TimeSpan Read(HeaderBlock response, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(response);
        int used;
        if (response.TryGet(KnownHeader.GrpcRetryPushbackMs, out ReadOnlySpan<byte> text))
            return Utf8Parser.TryParse(text, out uint milliseconds, out used) && used == text.Length ? Bounded(milliseconds / 1000.0) : Forever;
        if (!response.TryGet(KnownHeader.RetryAfter, out text)) return default;
        if (Utf8Parser.TryParse(text, out uint seconds, out used) && used == text.Length) return Bounded(seconds);
        if (text.Length > 40 || !DateTimeOffset.TryParseExact(Encoding.ASCII.GetString(text), "r", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset until)) return default;
        return Bounded((until - time.GetUtcNow()).TotalSeconds);
    }

    private static TimeSpan Bounded(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, s_longest.TotalSeconds));
}
