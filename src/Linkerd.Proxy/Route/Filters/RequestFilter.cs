using System.Globalization;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;
using Linkerd.Routing;

namespace Linkerd.Proxy.Route;

/// <summary>One compiled filter on the way of a request.</summary>
internal abstract class RequestFilter
{
    private const int FailedPrecondition = 9;

    public static RequestFilter Of(RouteFilter filter) => filter switch
    {
        RouteFilter.RequestHeaders headers => new Headers(new HeaderEdits(headers.Changes)),
        RouteFilter.HttpFailure failure => new Failure(failure.Ratio, new ErrorAnswer(
            failure.Status,
            FailedPrecondition,
            false,
            "unexpected",
            string.Create(CultureInfo.InvariantCulture, $"HTTP request configured to fail with {failure.Status}: {failure.Message}"))),
        RouteFilter.GrpcFailure failure => new Failure(failure.Ratio, new ErrorAnswer(
            200,
            failure.Code,
            false,
            "unexpected",
            string.Create(CultureInfo.InvariantCulture, $"gRPC request configured to fail with {failure.Code}: {failure.Message}"))),
        RouteFilter.Redirect redirect => new RedirectFilter(redirect),
        RouteFilter.Forbidden => new Stop(ProxyError.Of(ProxyErrorKind.Unauthorized)),
        RouteFilter.Invalid invalid => new Stop(new ProxyError(ProxyErrorKind.InvalidPolicy, $"invalid policy: {invalid.Message}")),
        _ => throw new ArgumentException($"{filter.GetType().Name} is no filter for requests", nameof(filter)),
    };

    /// <summary>False when <paramref name="answer"/> is given instead of sending the request.</summary>
    public abstract bool TryPass(HeaderBlock request, RequestMatcher? matched, out ProxyError answer);

    private sealed class Headers(HeaderEdits edits) : RequestFilter
    {
        public override bool TryPass(HeaderBlock request, RequestMatcher? matched, out ProxyError answer)
        {
            edits.Apply(request);
            answer = default;
            return true;
        }
    }

    private sealed class Failure : RequestFilter
    {
        private readonly FairDraw? _draw;
        private readonly ProxyError _answer;

        public Failure(FailureRatio? ratio, ErrorAnswer answer)
        {
            if (ratio is not null && ratio.Numerator < ratio.Denominator)
                _draw = new FairDraw([ratio.Numerator, ratio.Denominator - ratio.Numerator], (ulong)Random.Shared.NextInt64());
            _answer = new ProxyError(ProxyErrorKind.InjectedFailure, answer.Text) { Answer = answer };
        }

        public override bool TryPass(HeaderBlock request, RequestMatcher? matched, out ProxyError answer)
        {
            answer = _answer;
            return _draw is not null && _draw.Draw() != 0;
        }
    }

    private sealed class Stop(ProxyError error) : RequestFilter
    {
        public override bool TryPass(HeaderBlock request, RequestMatcher? matched, out ProxyError answer)
        {
            answer = error;
            return false;
        }
    }
}
