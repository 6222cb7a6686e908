using Linkerd.Telemetry;

namespace Linkerd.Proxy.Dns;

/// <summary>Counts the look-ups of one client of the control plane.</summary>
public sealed class DnsMetrics
{
    private readonly Counter[] _counters;
    private readonly int _writer;

    public DnsMetrics(MetricFamily<Counter> family, string client, int writer)
    {
        ArgumentNullException.ThrowIfNull(family);
        _writer = writer;
        _counters = [Of("A/AAAA", "ok"), Of("A/AAAA", "not_found"), Of("SRV", "ok"), Of("SRV", "not_found")];

        Counter Of(string type, string result) => family.With(Labels.Of("client", client).And("record_type", type).And("result", result));
    }

    public void OnAddress(bool found) => _counters[found ? 0 : 1].For(_writer).Increment();

    public void OnService(bool found) => _counters[found ? 2 : 3].For(_writer).Increment();
}
