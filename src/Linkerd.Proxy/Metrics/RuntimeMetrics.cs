using Linkerd.Net;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>What the proxy is and runs on: build, TLS library, event loops.</summary>
public static class RuntimeMetrics
{
    private static readonly MetricDescription s_build = new("proxy_build_info", "gauge", "Proxy build info");
    private static readonly MetricDescription s_tls = new("openssl_info", "gauge", "Proxy TLS info");
    private static readonly MetricDescription s_turns = new("event_loop_turns_total", "counter", "Total count of turns that an event loop has taken: how often its thread woke");

    /// <summary>Adds the families to a registry.</summary>
    public static void Register(MetricRegistry registry, IReadOnlyList<Worker> workers)
    {
        ArgumentNullException.ThrowIfNull(registry);
        Labels build = Labels.Of("date", string.Empty).And("git_sha", BuildInfo.Commit).And("profile", "release").And("vendor", BuildInfo.Vendor).And("version", BuildInfo.Version);
        Labels tls = Labels.Of("version", TlsLibrary.Version).And("tls_suites", TlsLibrary.CipherSuites).And("tls_kx_groups", TlsLibrary.KeyExchangeGroups).And("tls_fips", TlsLibrary.IsFips ? "true" : "false");
        registry.AddCollector(
            writer =>
            {
                Info(writer, s_build, build);
                Info(writer, s_tls, tls);
                writer.Family(s_turns);
                foreach (Worker worker in workers) writer.Sample(s_turns.Name, Labels.Of("loop", worker.Loop.Name).Text, worker.Loop.Turns);
            },
            s_build, s_tls, s_turns);
    }

    private static void Info(MetricsWriter writer, MetricDescription family, Labels labels)
    {
        writer.Family(family);
        writer.Sample(family.Name, labels.Text, 1);
    }
}
