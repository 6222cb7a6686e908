namespace Linkerd.Stats.Scrape;

/// <summary>One proxy to scrape: where its <c>/metrics</c> is, and the labels that Prometheus' relabelling would give it.</summary>
/// <param name="Id">Unique and stable, such as <c>namespace/pod</c>.</param>
/// <param name="Address">The URL of the metrics.</param>
/// <param name="Labels">Added to every series: namespace, pod, deployment, …</param>
public sealed record ScrapeTarget(string Id, Uri Address, LabelSet Labels)
{
    private const string ProxyPrefix = "linkerd.io/proxy-";

    /// <summary>
    /// The target of a meshed pod, labelled as the <c>linkerd-proxy</c> scrape job does: namespace, pod, the owner from
    /// <c>linkerd.io/proxy-KIND</c> (job as <c>k8s_job</c>), the control plane's namespace, and the remaining pod labels.
    /// </summary>
    public static ScrapeTarget ForPod(string ns, string pod, string ip, int adminPort, IEnumerable<KeyValuePair<string, string>> podLabels)
    {
        var host = ip.Contains(':', StringComparison.Ordinal) ? $"[{ip}]" : ip;
        var labels = new Dictionary<string, string> { ["job"] = "linkerd-proxy", ["instance"] = $"{host}:{adminPort}" };
        foreach (var (name, value) in podLabels)
        {
            if (name == "linkerd.io/control-plane-ns")
                labels["control_plane_ns"] = value;
            else if (name == "linkerd.io/proxy-job")
                labels["k8s_job"] = value;
            else if (name.StartsWith(ProxyPrefix, StringComparison.Ordinal))
                labels[Sanitize(name[ProxyPrefix.Length..])] = value;
            else if (!name.StartsWith("linkerd.io/", StringComparison.Ordinal))
                labels.TryAdd(Sanitize(name), value);
        }

        labels["namespace"] = ns;
        labels["pod"] = pod;
        return new ScrapeTarget($"{ns}/{pod}", new Uri($"http://{host}:{adminPort}/metrics"), LabelSet.Of(labels));
    }

    private static string Sanitize(string label) =>
        string.Concat(label.Select(c => char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_'));
}
