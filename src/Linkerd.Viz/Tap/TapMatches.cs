using Linkerd.Api.HttpTypes;
using Linkerd.Api.Tap;
using Linkerd.Stats.Reports;
using Microsoft.AspNetCore.Http;
using ByResource = Linkerd.Api.VizTap.TapByResourceRequest.Types;
using HttpMethod = Linkerd.Api.HttpTypes.HttpMethod;
using Match = Linkerd.Api.Tap.ObserveRequest.Types.Match;

namespace Linkerd.Viz.Tap;

/// <summary>What the user wants to see, as the proxies understand it.</summary>
internal static class TapMatches
{
    private const int MaxDepth = 8;
    private const int MaxMatches = 100;

    /// <summary>Translates a match; null matches everything.</summary>
    /// <exception cref="TapException">It is nested too deep, too large, empty, or names an unknown kind.</exception>
    public static Match Of(ByResource.Match? match)
    {
        var left = MaxMatches;
        return match is null || match.MatchCase == ByResource.Match.MatchOneofCase.None ? new Match { All = new Match.Types.Seq() } : Of(match, 0, ref left);
    }

    private static Match Of(ByResource.Match match, int depth, ref int left)
    {
        if (depth > MaxDepth || --left < 0)
            throw Bad($"the match is nested more than {MaxDepth} deep, or has more than {MaxMatches} parts");
        return match.MatchCase switch
        {
            ByResource.Match.MatchOneofCase.All => new Match { All = Seq(match.All, depth, ref left) },
            ByResource.Match.MatchOneofCase.Any => new Match { Any = Seq(match.Any, depth, ref left) },
            ByResource.Match.MatchOneofCase.Not => new Match { Not = Of(match.Not, depth + 1, ref left) },
            ByResource.Match.MatchOneofCase.Destinations => Destination(match.Destinations),
            ByResource.Match.MatchOneofCase.Http => new Match { Http = Http(match.Http) },
            _ => throw Bad("a part of the match is empty"),
        };
    }

    private static Match.Types.Seq Seq(ByResource.Match.Types.Seq seq, int depth, ref int left)
    {
        var result = new Match.Types.Seq();
        foreach (var part in seq.Matches)
            result.Matches.Add(Of(part, depth + 1, ref left));
        return result;
    }

    private static Match Destination(Api.Viz.ResourceSelection selection)
    {
        var resource = selection.Resource ?? throw Bad("the destination names no resource");
        var kind = ResourceKind.Find(resource.Type) ?? throw Bad($"the destination's type '{resource.Type}' is not known");
        if (kind.IsPolicy)
            throw Bad($"requests cannot be told by a destination of type {kind.Name}");
        if (kind.Name == "authority")
            return new Match { Http = new Match.Types.Http { Authority = new Match.Types.Http.Types.StringMatch { Exact = resource.Name } } };
        var all = new Match.Types.Seq();
        if (kind.Name == "namespace")
        {
            Add("namespace", resource.Name);
        }
        else
        {
            Add("namespace", resource.Namespace);
            Add(kind.Label, resource.Name);
        }

        return new Match { All = all };

        void Add(string key, string value)
        {
            if (value.Length != 0)
                all.Matches.Add(new Match { DestinationLabel = new Match.Types.Label { Key = key, Value = value } });
        }
    }

    private static Match.Types.Http Http(ByResource.Match.Types.Http http) => http.MatchCase switch
    {
        ByResource.Match.Types.Http.MatchOneofCase.Scheme => new Match.Types.Http { Scheme = SchemeOf(http.Scheme) },
        ByResource.Match.Types.Http.MatchOneofCase.Method => new Match.Types.Http { Method = MethodOf(http.Method) },
        ByResource.Match.Types.Http.MatchOneofCase.Authority => new Match.Types.Http { Authority = new Match.Types.Http.Types.StringMatch { Prefix = http.Authority } },
        ByResource.Match.Types.Http.MatchOneofCase.Path => new Match.Types.Http { Path = new Match.Types.Http.Types.StringMatch { Prefix = http.Path } },
        _ => throw Bad("an HTTP part of the match is empty"),
    };

    private static Scheme SchemeOf(string text) => Enum.TryParse<Scheme.Types.Registered>(text, ignoreCase: true, out var known) && !char.IsAsciiDigit(text[0])
        ? new Scheme { Registered = known }
        : new Scheme { Unregistered = text };

    private static HttpMethod MethodOf(string text) => text.Length != 0 && !char.IsAsciiDigit(text[0]) && Enum.TryParse<HttpMethod.Types.Registered>(text, ignoreCase: true, out var known)
        ? new HttpMethod { Registered = known }
        : new HttpMethod { Unregistered = text };

    private static TapException Bad(string message) => new(StatusCodes.Status400BadRequest, message);
}
