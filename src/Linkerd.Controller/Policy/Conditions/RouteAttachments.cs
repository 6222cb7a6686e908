using Linkerd.Controller.Policy.Core;

namespace Linkerd.Controller.Policy.Conditions;

/// <summary>The oldest route of each kind on each parent and port, found once for all routes that ask whether they are in conflict.</summary>
internal sealed class RouteAttachments
{
    private readonly Dictionary<(RouteKind Route, string Group, string Kind, string Namespace, string Name), Attached> _byParent = [];

    /// <summary>Takes note of routes.</summary>
    /// <param name="routes">Those of one kind in the order of their precedence; the kinds in any order.</param>
    public RouteAttachments(IEnumerable<PolicyRoute> routes)
    {
        var order = 0;
        foreach (var route in routes)
        {
            foreach (var parent in route.Parents)
            {
                var key = Key(route.Kind, parent.Target);
                if (!_byParent.TryGetValue(key, out var attached))
                    _byParent.Add(key, attached = new Attached());
                attached.Add(parent.Port, order, route);
            }

            order++;
        }
    }

    /// <summary>The route of a kind that comes first on a parent's port, or on any port of it; null where there is none.</summary>
    public PolicyRoute? First(RouteKind kind, RouteParent parent) => _byParent.GetValueOrDefault(Key(kind, parent.Target))?.First(parent.Port);

    // As TargetRef compares: kinds without case, the core group by either name.
    private static (RouteKind Route, string Group, string Kind, string Namespace, string Name) Key(RouteKind route, TargetRef target) =>
        (route, target.Group == "core" ? "" : target.Group, target.Kind.ToUpperInvariant(), target.Namespace, target.Name);

    private sealed class Attached
    {
        private readonly Dictionary<int, (int Order, PolicyRoute Route)> _onPort = [];
        private (int Order, PolicyRoute Route)? _first;
        private (int Order, PolicyRoute Route)? _onAll;

        public void Add(int? port, int order, PolicyRoute route)
        {
            _first ??= (order, route);
            if (port is { } number)
                _onPort.TryAdd(number, (order, route));
            else
                _onAll ??= (order, route);
        }

        public PolicyRoute? First(int? port)
        {
            if (port is not { } number)
                return _first?.Route;
            if (!_onPort.TryGetValue(number, out var there))
                return _onAll?.Route;
            return _onAll is { } all && all.Order < there.Order ? all.Route : there.Route;
        }
    }
}
