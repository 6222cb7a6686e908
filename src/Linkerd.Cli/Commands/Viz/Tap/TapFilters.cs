using System.CommandLine;
using Linkerd.Api.Viz;
using Linkerd.Api.VizTap;
using Linkerd.Stats.Reports;
using Match = Linkerd.Api.VizTap.TapByResourceRequest.Types.Match;

namespace Linkerd.Cli.Commands.Viz.Tap;

/// <summary>The flags that tap and top share, and the request that they make.</summary>
internal sealed class TapFilters
{
    private readonly Argument<string[]> _resource = new("resource") { Description = "TYPE or TYPE/NAME of a workload, or ns/NAME", Arity = ArgumentArity.OneOrMore };
    private readonly Namespaces _namespaces = new();
    private readonly Option<string?> _to = new("--to") { Description = "Display requests to this resource" };
    private readonly Option<string?> _toNamespace = new("--to-namespace") { Description = "Sets the namespace used to lookup the \"--to\" resource; by default the current \"--namespace\" is used" };
    private readonly Option<float> _maxRps = new("--max-rps") { Description = "Maximum requests per second to tap", DefaultValueFactory = _ => 100 };
    private readonly Option<string> _scheme = new("--scheme") { Description = "Display requests with this scheme", DefaultValueFactory = _ => "" };
    private readonly Option<string> _method = new("--method") { Description = "Display requests with this HTTP method", DefaultValueFactory = _ => "" };
    private readonly Option<string> _authority = new("--authority") { Description = "Display requests with this :authority", DefaultValueFactory = _ => "" };
    private readonly Option<string> _path = new("--path") { Description = "Display requests with paths that start with this prefix", DefaultValueFactory = _ => "" };
    private readonly Option<string> _selector = new("--selector", "-l") { Description = "Selector (label query) to filter on, supports '=', '==', and '!='", DefaultValueFactory = _ => "" };

    public void AddTo(Command command)
    {
        command.Arguments.Add(_resource);
        foreach (var option in (Option[])[_namespaces.Namespace, _to, _toNamespace, _maxRps, _scheme, _method, _authority, _path, _selector])
            command.Options.Add(option);
    }

    /// <summary>The request.</summary>
    /// <exception cref="CliException">A flag's value cannot be used.</exception>
    public TapByResourceRequest Request(ParseResult arguments, string contextNamespace, bool headers)
    {
        var ns = arguments.GetValue(_namespaces.Namespace) ?? contextNamespace;
        if (arguments.GetValue(_maxRps) is not (> 0 and <= 10_000) and var rps)
            throw new CliException($"--max-rps: {rps} is not between 0 and 10000");
        var request = For(One("resource", arguments.GetValue(_resource)!, ns), arguments.GetValue(_maxRps), headers);
        request.Target.LabelSelector = arguments.GetValue(_selector)!;
        var all = request.Match.All.Matches;
        if (arguments.GetValue(_to) is { } to)
            all.Add(new Match { Destinations = new ResourceSelection { Resource = ToMessage(One("--to", to.Split(' ', StringSplitOptions.RemoveEmptyEntries), arguments.GetValue(_toNamespace) ?? ns)) } });
        if (arguments.GetValue(_scheme) is { Length: > 0 } scheme)
            all.Add(new Match { Http = new Match.Types.Http { Scheme = scheme } });
        if (arguments.GetValue(_method) is { Length: > 0 } method)
            all.Add(new Match { Http = new Match.Types.Http { Method = method } });
        if (arguments.GetValue(_authority) is { Length: > 0 } authority)
            all.Add(new Match { Http = new Match.Types.Http { Authority = authority } });
        if (arguments.GetValue(_path) is { Length: > 0 } path)
            all.Add(new Match { Http = new Match.Types.Http { Path = path } });
        return request;
    }

    /// <summary>All requests of a resource.</summary>
    /// <exception cref="CliException">It has no pods.</exception>
    public static TapByResourceRequest For(ResourceRef target, float maxRps, bool headers)
    {
        if (!target.Kind.OwnsPods)
            throw new CliException($"unsupported resource type [{target.Kind.Name}]: tap shows requests of workloads, such as deploy/web, po/web-1 or ns/emojivoto");
        return new TapByResourceRequest
        {
            Target = new ResourceSelection { Resource = ToMessage(target) },
            MaxRps = maxRps,
            Match = new Match { All = new Match.Types.Seq() },
            Extract = headers
                ? new TapByResourceRequest.Types.Extract { Http = new() { Headers = new() } }
                : null,
        };
    }

    private static ResourceRef One(string flag, string[] words, string ns)
    {
        var found = ResourceRef.Parse(words, ns);
        return found.Count == 1 ? found[0] : throw new CliException($"{flag}: '{string.Join(' ', words)}' names more than one resource");
    }

    private static Resource ToMessage(ResourceRef resource) => new()
    {
        Namespace = resource.Kind.Name == "namespace" ? resource.Name ?? resource.Namespace : resource.Namespace,
        Type = resource.Kind.Name,
        Name = resource.Kind.Name == "namespace" ? resource.Name ?? resource.Namespace : resource.Name ?? "",
    };
}
