using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Linkerd.Controller.Common.Reading;
using Linkerd.Controller.Policy.Core;
using Linkerd.Model;

namespace Linkerd.Controller.Policy.Reading;

/// <summary>Reads HTTPRoutes, GRPCRoutes, TLSRoutes and TCPRoutes of both groups.</summary>
internal static class RouteReader
{
    private const uint MaxWeight = 1_000_000;

    /// <summary>Rules of a route, and matches and filters of a rule, at most.</summary>
    private const int MaxItems = 64;

    public static PolicyRoute Read(JsonObject resource, RouteKind kind, string group)
    {
        var root = new Field(resource, "");
        var name = ResourceReader.Name(resource);
        var spec = root["spec"];
        var rules = Limited(spec["rules"]);
        if (kind is RouteKind.Tcp or RouteKind.Tls && rules.Count != 1)
            throw spec["rules"].Fault("must have exactly one rule");
        return new PolicyRoute
        {
            Name = name,
            Created = ResourceReader.Created(resource),
            Meta = new Meta(group, kind switch { RouteKind.Http => "HTTPRoute", RouteKind.Grpc => "GRPCRoute", RouteKind.Tls => "TLSRoute", _ => "TCPRoute" }, name.Name) { Namespace = name.Namespace },
            Kind = kind,
            Parents = [.. Limited(spec["parentRefs"]).Select(p => Parent(p, name.Namespace, group))],
            Hosts = [.. Limited(spec["hostnames"]).Select(Host)],
            // An HTTPRoute without rules is one that matches everything.
            Rules = rules.Count == 0 && kind == RouteKind.Http ? [Rule(spec["rules"], kind, name.Namespace)] : [.. rules.Select(r => Rule(r, kind, name.Namespace))],
            Tuning = RouteTuning.Read(root["metadata"]["annotations"].IsPresent ? root["metadata"]["annotations"].Texts() : null),
        };
    }

    private static List<Field> Limited(Field list)
    {
        var items = list.Items().ToList();
        return items.Count <= MaxItems ? items : throw new InvalidResourceException($"{list.Path}: {items.Count} items are more than the {MaxItems} that are allowed");
    }

    /// <summary>What a route is attached to.</summary>
    public static RouteParent Parent(Field field, string ns, string group)
    {
        // Where neither is written the group's own gateway is meant, which is none of ours.
        var target = new TargetRef(
            field["group"].OptionalText() ?? group,
            field["kind"].OptionalText() ?? "Gateway",
            field["namespace"].OptionalText() is { Length: > 0 } other ? other : ns,
            field["name"].Name());
        return new RouteParent(target, (int?)field["port"].OptionalNumber(1, ushort.MaxValue));
    }

    private static HostMatch Host(Field field)
    {
        var text = field.Name().ToLowerInvariant();
        var suffix = text.StartsWith("*.", StringComparison.Ordinal);
        var name = suffix ? text[2..] : text;
        return name.Length is > 0 and <= 253 && Uri.CheckHostName(name) == UriHostNameType.Dns && !name.Contains('*', StringComparison.Ordinal)
            ? new HostMatch(name, suffix)
            : throw field.Fault("is no host name: write a DNS name, or \"*.\" and the end of one");
    }

    private static PolicyRule Rule(Field field, RouteKind kind, string ns)
    {
        var rule = field.Node is JsonObject ? field : new Field(null, field.Path);
        var matches = Limited(rule["matches"]);
        var timeouts = rule["timeouts"];
        var (request, backend) = (Time(timeouts["request"]), Time(timeouts["backendRequest"]));
        if (request is not null && backend > request)
            throw timeouts["backendRequest"].Fault($"is longer than the whole request may take, {timeouts["request"].Text()}");
        return new PolicyRule
        {
            HttpMatches = kind != RouteKind.Http ? [] : matches.Count == 0 ? [Everything] : [.. matches.Select(HttpMatch)],
            GrpcMatches = kind == RouteKind.Grpc ? [.. matches.Select(GrpcMatch)] : [],
            Filters = [.. Limited(rule["filters"]).Select(f => FilterReader.Read(f, kind))],
            Backends = [.. Limited(rule["backendRefs"]).Select(b => Backend(b, kind, ns))],
            RequestTimeout = request,
            BackendRequestTimeout = backend,
        };
    }

    private static HttpRouteMatch Everything { get; } = new() { Path = new TextMatch(TextMatchKind.Prefix, "/") };

    private static HttpRouteMatch HttpMatch(Field match) => new()
    {
        Path = PathOf(match["path"]),
        Headers = [.. Limited(match["headers"]).Select(Named)],
        QueryParameters = [.. Limited(match["queryParams"]).Select(Named)],
        Method = match["method"].OptionalText() is { } method ? method.ToUpperInvariant() : null,
    };

    private static GrpcRouteMatch GrpcMatch(Field match)
    {
        var method = match["method"];
        if (method["type"].OptionalText() is not (null or "Exact"))
            throw method["type"].Fault("is not supported: gRPC methods are matched exactly");
        return new GrpcRouteMatch
        {
            Service = method["service"].OptionalText() is { Length: > 0 } service ? service : null,
            Method = method["method"].OptionalText() is { Length: > 0 } name ? name : null,
            Headers = [.. Limited(match["headers"]).Select(Named)],
        };
    }

    private static TextMatch PathOf(Field path)
    {
        var value = path["value"].OptionalText() ?? "/";
        var type = path["type"].OptionalText() ?? "PathPrefix";
        if (type != "RegularExpression" && !value.StartsWith('/'))
            throw path["value"].Fault("must begin with /");
        return type switch
        {
            "Exact" => new TextMatch(TextMatchKind.Exact, value),
            "PathPrefix" => new TextMatch(TextMatchKind.Prefix, value),
            "RegularExpression" => new TextMatch(TextMatchKind.Regex, Regular(path["value"], value)),
            _ => throw path["type"].Fault("must be Exact, PathPrefix or RegularExpression"),
        };
    }

    private static NamedMatch Named(Field field)
    {
        var value = field["value"].Text();
        return new NamedMatch(field["name"].Name(), (field["type"].OptionalText() ?? "Exact") switch
        {
            "Exact" => new TextMatch(TextMatchKind.Exact, value),
            "RegularExpression" => new TextMatch(TextMatchKind.Regex, Regular(field["value"], value)),
            _ => throw field["type"].Fault("must be Exact or RegularExpression"),
        });
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

    private static TimeSpan? Time(Field field) => field.OptionalText() switch
    {
        null => null,
        var text when GatewayDuration.TryParse(text, out var value) => value > TimeSpan.Zero ? value : null,
        _ => throw field.Fault("is no duration: write a number and a unit, such as 10s or 250ms"),
    };

    private static BackendRef Backend(Field field, RouteKind kind, string ns)
    {
        var target = new TargetRef(
            field["group"].OptionalText() ?? "",
            field["kind"].OptionalText() ?? "Service",
            field["namespace"].OptionalText() is { Length: > 0 } other ? other : ns,
            field["name"].Name());
        var port = (int?)field["port"].OptionalNumber(1, ushort.MaxValue);
        if (port is null && target.Is("", "Service"))
            throw field["port"].Fault("is required for a Service");
        var weight = (uint)(field["weight"].OptionalNumber(0, MaxWeight) ?? 1);
        var fault = target.Is("", "Service") || target.Is(TargetRef.PolicyGroup, "EgressNetwork") ? null : $"unsupported backend kind: {target.Kind}";
        var filters = new List<RouteFilter>();
        foreach (var filter in Limited(field["filters"]))
        {
            try
            {
                filters.Add(FilterReader.Read(filter, kind));
            }
            catch (UnsupportedFilterException e)
            {
                // One backend fails, the others of the rule go on.
                fault ??= $"unsupported backend filter: {e.Type}";
            }
        }

        return new BackendRef(target, port, weight, filters, fault);
    }
}
