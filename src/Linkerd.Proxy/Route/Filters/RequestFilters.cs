using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Errors;
using Linkerd.Routing;

namespace Linkerd.Proxy.Route;

/// <summary>
/// The filters of a rule or of a backend, compiled once and applied in order: header changes, and answers that the proxy gives instead of sending
/// the request. Header changes and injected failures allocate nothing.
/// </summary>
public sealed class RequestFilters
{
    private readonly RequestFilter[] _filters;
    private readonly HeaderEdits[] _responses;

    private RequestFilters(RequestFilter[] filters, HeaderEdits[] responses)
    {
        _filters = filters;
        _responses = responses;
    }

    /// <summary>Does nothing.</summary>
    public static RequestFilters None { get; } = new([], []);

    /// <summary>Responses are changed: <see cref="OnResponse"/> is to be called.</summary>
    public bool ChangesResponses => _responses.Length > 0;

    public static RequestFilters Compile(IReadOnlyList<RouteFilter> filters)
    {
        ArgumentNullException.ThrowIfNull(filters);
        if (filters.Count == 0) return None;
        var requests = new List<RequestFilter>();
        var responses = new List<HeaderEdits>();
        foreach (RouteFilter filter in filters)
        {
            if (filter is RouteFilter.ResponseHeaders response) responses.Add(new HeaderEdits(response.Changes));
            else requests.Add(RequestFilter.Of(filter));
        }

        return new RequestFilters([.. requests], [.. responses]);
    }

    /// <summary>
    /// Applies the filters to a request. False when the request is to be answered with <paramref name="answer"/> instead of being sent.
    /// <paramref name="matched"/> is the match that led here: a redirect may replace its path prefix.
    /// </summary>
    public bool TryPass(HeaderBlock request, RequestMatcher? matched, out ProxyError answer)
    {
        foreach (RequestFilter filter in _filters)
        {
            if (!filter.TryPass(request, matched, out answer)) return false;
        }

        answer = default;
        return true;
    }

    /// <summary>Changes the head of a response.</summary>
    public void OnResponse(HeaderBlock response)
    {
        foreach (HeaderEdits edits in _responses) edits.Apply(response);
    }
}
