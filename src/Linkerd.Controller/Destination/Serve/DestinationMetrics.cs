using Linkerd.Controller.Common;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Destination.Index;

namespace Linkerd.Controller.Destination.Serve;

/// <summary>What the destination component counts.</summary>
internal sealed class DestinationMetrics(MetricRegistry registry)
{
    private readonly MetricFamily _endpointSubscribers = registry.Gauge("endpoints_subscribers", "Streams open for the endpoints of a Service.", "namespace", "service");
    private readonly MetricFamily _endpointOverflow = registry.Counter("endpoint_updates_queue_overflow", "Streams of endpoints closed because the client was too slow.", "service");
    private readonly MetricFamily _profileSubscribers = registry.Gauge("profile_subscribers", "Streams open for the profile of a Service.", "namespace", "profile");
    private readonly MetricFamily _workloadSubscribers = registry.Gauge("workload_subscribers", "Streams open for the profile of an address.");
    private readonly MetricFamily _profileOverflow = registry.Counter("profile_updates_queue_overflow", "Streams of profiles closed because the client was too slow.");
    private readonly MetricFamily _workloadOverflow = registry.Counter("endpoint_profile_updates_queue_overflow", "Streams of endpoint profiles closed because the client was too slow.");

    public Action EndpointOverflow(ServiceName service) => () => _endpointOverflow.With(service.ToString()).Add();

    public Action ProfileOverflow(ProfileTarget target) => () => (target is ProfileTarget.ByService ? _profileOverflow : _workloadOverflow).With().Add();

    /// <summary>Counts a stream until disposed.</summary>
    public IDisposable CountEndpoints(ServiceName service) => new Counted(_endpointSubscribers.With(service.Namespace, service.Name));

    /// <inheritdoc cref="CountEndpoints"/>
    public IDisposable CountProfile(ProfileTarget target) =>
        new Counted(target is ProfileTarget.ByService { Service: var s } ? _profileSubscribers.With(s.Namespace, s.Name) : _workloadSubscribers.With());

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
