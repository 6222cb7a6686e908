using System.Globalization;

namespace Linkerd.Stats.Benchmark;

/// <summary>A proxy of 200 series: two directions, two classifications, four latency histograms, connections and bytes. Half of them stand still.</summary>
internal sealed class FakeProxy
{
    private const int SeriesWanted = 200;
    private static readonly string[] Buckets = ["1", "2", "3", "4", "5", "10", "20", "30", "40", "50", "100", "200", "300", "400", "500", "1000", "2000", "3000", "4000", "5000", "10000", "20000", "30000", "40000", "50000", "+Inf"];
    private readonly List<string> _series = [];
    private char[] _text = [];
    private readonly int _seed;

    public FakeProxy(int proxy, int workload, int workloads)
    {
        _seed = proxy;
        Id = $"ns-{workload % 20}/app-{workload}-{proxy}";
        Labels = LabelSet.Of([
            new("namespace", $"ns-{workload % 20}"), new("deployment", $"app-{workload}"), new("pod", $"app-{workload}-{proxy}"),
            new("job", "linkerd-proxy"), new("control_plane_ns", "linkerd"), new("pod_template_hash", "5d9c6f7b8"), new("app", $"app-{workload}"),
        ]);
        var target = (workload + 1) % workloads;
        string[] sides =
        [
            $"direction=\"inbound\",authority=\"app-{workload}.ns-{workload % 20}.svc.cluster.local:8080\",target_addr=\"0.0.0.0:8080\",tls=\"true\",client_id=\"default.ns-1.serviceaccount.identity.linkerd.cluster.local\",srv_kind=\"default\",srv_name=\"all-unauthenticated\",route_kind=\"default\",route_name=\"default\",authz_kind=\"default\",authz_name=\"all-unauthenticated\"",
            $"direction=\"outbound\",authority=\"app-{target}.ns-{target % 20}:8080\",target_addr=\"10.0.{target % 250}.7:8080\",tls=\"true\",server_id=\"default.ns-1.serviceaccount.identity.linkerd.cluster.local\",dst_namespace=\"ns-{target % 20}\",dst_deployment=\"app-{target}\",dst_service=\"app-{target}\",dst_pod=\"app-{target}-1\",dst_serviceaccount=\"default\"",
        ];
        foreach (var side in sides)
        {
            foreach (var status in (string[])["200", "500", "404"])
            {
                foreach (var bucket in Buckets)
                    _series.Add($"response_latency_ms_bucket{{{side},status_code=\"{status}\",le=\"{bucket}\"}}");
                _series.Add($"response_total{{{side},status_code=\"{status}\",classification=\"{(status == "500" ? "failure" : "success")}\"}}");
            }

            _series.Add($"request_total{{{side}}}");
            foreach (var peer in (string[])["src", "dst"])
            {
                foreach (var family in (string[])["tcp_open_total", "tcp_open_connections", "tcp_read_bytes_total", "tcp_write_bytes_total"])
                    _series.Add($"{family}{{{side},peer=\"{peer}\"}}");
            }
        }

        for (var i = 0; _series.Count < SeriesWanted; i++)
            _series.Add($"tcp_close_total{{{sides[1]},peer=\"dst\",errno=\"{i}\"}}");
    }

    public string Id { get; }

    public LabelSet Labels { get; }

    /// <summary>The page of a round; valid until the next is asked for.</summary>
    public ReadOnlySpan<char> Scrape(int round)
    {
        if (_text.Length == 0)
            _text = new char[_series.Sum(static s => s.Length + 24)];
        var at = 0;
        for (var i = 0; i < _series.Count; i++)
        {
            // Every second one is idle; the others grow by steps that are not all the same.
            long value = i % 2 == 0 ? i * 100 : ((long)round * (5 + (i % 13))) + ((round * 31 + i + _seed) % 7);
            _series[i].CopyTo(_text.AsSpan(at));
            at += _series[i].Length;
            _text[at++] = ' ';
            value.TryFormat(_text.AsSpan(at), out var digits, default, CultureInfo.InvariantCulture);
            at += digits;
            _text[at++] = '\n';
        }

        return _text.AsSpan(0, at);
    }
}
