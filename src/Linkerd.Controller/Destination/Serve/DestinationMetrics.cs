using System.Globalization;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Destination.Index;

namespace Linkerd.Controller.Destination.Serve;

/// <summary>What the destination component counts.</summary>
internal sealed class DestinationMetrics(MetricRegistry registry)
{
    private const string Cluster = "local";
    private static readonly string[] s_endpointLabels = ["cluster", "namespace", "service", "port", "hostname"];

    private readonly MetricFamily _endpointSubscribers = registry.Gauge("endpoints_subscribers", "Streams open for the endpoints of a Service.", s_endpointLabels);
    private readonly MetricFamily _endpointUpdates = registry.Counter("endpoints_updates", "Changes of the endpoints of a Service.", s_endpointLabels);
    private readonly MetricFamily _endpointPods = registry.Gauge("endpoints_pods", "Endpoints of a Service.", s_endpointLabels);
    private readonly MetricFamily _endpointExists = registry.Gauge("endpoints_exists", "1 while a Service has endpoints, else 0.", s_endpointLabels);
    private readonly MetricFamily _endpointOverflow = registry.Counter("endpoint_updates_queue_overflow", "Streams of endpoints closed because the client was too slow.", "service");
    private readonly MetricFamily _profileSubscribers = registry.Gauge("profile_subscribers", "Streams open for the profile of a Service.", "namespace", "profile");
    private readonly MetricFamily _workloadSubscribers = registry.Gauge("workload_subscribers", "Streams open for the profile of an address.");
    private readonly MetricFamily _profileUpdates = registry.Counter("profile_updates", "Profiles of a Service sent to clients.", "namespace", "profile");
    private readonly MetricFamily _workloadUpdates = registry.Counter("workload_updates", "Profiles of an address sent to clients.");
    private readonly MetricFamily _profileOverflow = registry.Counter("profile_updates_queue_overflow", "Streams of profiles closed because the client was too slow.");
    private readonly MetricFamily _workloadOverflow = registry.Counter("endpoint_profile_updates_queue_overflow", "Streams of endpoint profiles closed because the client was too slow.");

    public Action EndpointOverflow(ServiceName service) => () => _endpointOverflow.With(service.ToString()).Add();

    public Action ProfileOverflow(ProfileTarget target) => () => (target is ProfileTarget.ByService ? _profileOverflow : _workloadOverflow).With().Add();

    /// <summary>Counts a stream until disposed.</summary>
    public IDisposable CountEndpoints(ServiceName service, int port, string? hostname) => new Counted(_endpointSubscribers.With(Labels(service, port, hostname)));

    /// <summary>Takes note of what the endpoints of a Service's port are now.</summary>
    public void EndpointsPublished(ServiceName service, int port, EndpointSet set)
    {
        var labels = Labels(service, port, null);
        _endpointUpdates.With(labels).Add();
        _endpointPods.With(labels).Set(set.Endpoints.Length);
        _endpointExists.With(labels).Set(set.Endpoints.Length > 0 ? 1 : 0);
    }

    /// <summary>Takes note of a profile that was sent.</summary>
    public void ProfileSent(ProfileTarget target) =>
        (target is ProfileTarget.ByService { Service: var s } ? _profileUpdates.With(s.Namespace, s.Name) : _workloadUpdates.With()).Add();

    /// <inheritdoc cref="CountEndpoints"/>
    public IDisposable CountProfile(ProfileTarget target) =>
        new Counted(target is ProfileTarget.ByService { Service: var s } ? _profileSubscribers.With(s.Namespace, s.Name) : _workloadSubscribers.With());

    private static string[] Labels(ServiceName service, int port, string? hostname) =>
        [Cluster, service.Namespace, service.Name, port.ToString(CultureInfo.InvariantCulture), hostname ?? ""];

    private sealed class Counted : IDisposable
    {
        private readonly MetricCell _cell;

        public Counted(MetricCell cell)
        {
            _cell = cell;
            cell.Add();
        }

        public void Dispose() => _cell.Add(-1);
    }
}
