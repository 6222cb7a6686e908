using System.Globalization;
using Linkerd.Api.Viz;
using Linkerd.Api.VizTap;
using Linkerd.Stats.Reports;
using Linkerd.Viz.Web.Api.Models;

namespace Linkerd.Viz.Web.Tapping;

/// <summary>Turns the form of the page into the request of the tap server.</summary>
internal static class TapRequests
{
    private const float DefaultRps = 100;
    private const int MaxText = 1024;
    private static readonly string[] s_methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "HEAD", "TRACE"];

    /// <summary>The request.</summary>
    /// <exception cref="FormatException">A field has a value that cannot be used; the message names it.</exception>
    public static TapByResourceRequest Create(TapQuery query)
    {
        var matches = new TapByResourceRequest.Types.Match.Types.Seq();
        if (Filled(query.ToResource, "toResource") is { } to)
            matches.Matches.Add(new TapByResourceRequest.Types.Match { Destinations = Select(to, query.ToNamespace, "toResource") });
        else if (Filled(query.ToNamespace, "toNamespace") is { } toNamespace)
            matches.Matches.Add(new TapByResourceRequest.Types.Match { Destinations = Select("namespace/" + toNamespace, "", "toNamespace") });
        if (Filled(query.Scheme, "scheme") is { } scheme)
            Http(matches, new() { Scheme = scheme is "http" or "https" ? scheme : throw new FormatException("scheme: use http or https") });
        if (Filled(query.Method, "method") is { } method)
            Http(matches, new() { Method = s_methods.Contains(method.ToUpperInvariant()) ? method.ToUpperInvariant() : throw new FormatException("method: use one of " + string.Join(", ", s_methods)) });
        if (Filled(query.Authority, "authority") is { } authority)
            Http(matches, new() { Authority = authority });
        if (Filled(query.Path, "path") is { } path)
            Http(matches, new() { Path = path });
        var request = new TapByResourceRequest
        {
            Target = Select(Filled(query.Resource, "resource") ?? throw new FormatException("resource is missing: say for example deploy/web"), query.Namespace, "resource"),
            Match = new TapByResourceRequest.Types.Match { All = matches },
            MaxRps = Rate(query.MaxRps),
        };
        if (query.Extract == true)
            request.Extract = new() { Http = new() { Headers = new() } };
        return request;
    }

    private static float Rate(float? asked) => asked switch
    {
        null or 0 => DefaultRps,
        > 0 and <= WebLimits.TapRps => asked.Value,
        _ => throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"maxRps: use a number above 0 and up to {WebLimits.TapRps}")),
    };

    private static void Http(TapByResourceRequest.Types.Match.Types.Seq matches, TapByResourceRequest.Types.Match.Types.Http http) =>
        matches.Matches.Add(new TapByResourceRequest.Types.Match { Http = http });

    private static ResourceSelection Select(string resource, string? ns, string field)
    {
        ResourceRef found;
        try
        {
            var parsed = ResourceRef.Parse(resource.Split(' ', StringSplitOptions.RemoveEmptyEntries), Filled(ns, "namespace") ?? "default");
            found = parsed.Count == 1 ? parsed[0] : throw new FormatException($"{field}: name one resource");
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"{field}: {e.Message}", e);
        }

        if (found.Kind.Name == "namespace")
            return new ResourceSelection { Resource = new Resource { Type = "namespace", Name = found.Name ?? found.Namespace } };
        return new ResourceSelection { Resource = new Resource { Namespace = found.Namespace, Type = found.Kind.Name, Name = found.Name ?? "" } };
    }

    private static string? Filled(string? text, string field)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (text.Length > MaxText || text.Any(char.IsControl))
            throw new FormatException($"{field}: at most {MaxText} characters, none of them control characters");
        return text;
    }
}
