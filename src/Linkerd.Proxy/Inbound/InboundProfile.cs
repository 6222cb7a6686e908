using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Route;
using Linkerd.Routing;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Inbound;

/// <summary>The service profile of one name, kept up to date; its routes in their order.</summary>
internal sealed class InboundProfile : IDisposable
{
    private readonly ProxyRuntime _runtime;
    private readonly int _worker;
    private readonly int _port;
    private readonly IDisposable _subscription;
    private (RequestCondition Condition, InboundProfileRoute Route)[] _routes = [];

    public InboundProfile(ProxyRuntime runtime, Worker worker, byte[] name, HostPort target)
    {
        _runtime = runtime;
        _worker = worker.Index;
        _port = target.Port;
        Name = name;
        UsedAt = worker.Loop.Now;
        _subscription = runtime.InboundProfiles.Subscribe(target, worker.Loop, Update);
    }

    /// <summary>As requests write it.</summary>
    public byte[] Name { get; }

    /// <summary>When a request last asked for it, in the loop's nanoseconds.</summary>
    public long UsedAt { get; set; }

    /// <summary>The first route that matches; null for none, and until the profile is known.</summary>
    public InboundProfileRoute? Match(HeaderBlock request)
    {
        foreach ((RequestCondition condition, InboundProfileRoute route) in _routes)
        {
            if (condition.IsMatch(request)) return route;
        }

        return null;
    }

    public void Dispose() => _subscription.Dispose();

    private void Update(Profile profile)
    {
        // Without a name it is no Service's.
        if (profile.FullyQualifiedName.Length == 0)
        {
            _routes = [];
            return;
        }

        Labels labels = Labels.Of("direction", "inbound").And("dst", new HostPort(profile.FullyQualifiedName, _port).ToString());
        var routes = new List<(RequestCondition, InboundProfileRoute)>();
        foreach (ProfileRoute route in profile.Routes)
        {
            if (route.Condition is not { } condition) continue;
            var families = _runtime.Metrics.ProfileRoutes;
            var series = new ProfileRouteSeries(families.Requests, families.Responses, families.Latency, ProxyLabels.ProfileRoute(labels, route), _worker);
            routes.Add((RequestCondition.Compile(condition), new InboundProfileRoute(ResponseClasses.Compile(route.ResponseClasses), series)));
        }

        _routes = [.. routes];
    }
}
