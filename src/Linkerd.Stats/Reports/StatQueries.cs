using System.Text;
using Linkerd.Stats.Query;

namespace Linkerd.Stats.Reports;

/// <summary>The queries of <c>viz stat</c>, and the labels that identify a row in their answers.</summary>
internal sealed class StatQueries
{
    private readonly string _window;
    private readonly string _labels;
    private readonly string _tcpLabels;
    private readonly string _by;

    public StatQueries(StatRequest request)
    {
        _window = PromDuration.Format(request.Window);
        var outbound = request.To is not null || request.From is not null || !request.Target.Kind.IsWorkload;
        var asDestination = request.From is not null || !request.Target.Kind.IsWorkload;
        NamespaceLabel = asDestination && request.Target.Kind.Name != "authority" ? "dst_namespace" : "namespace";
        NameLabel = asDestination ? request.Target.Kind.DestinationLabel : request.Target.Kind.Label;

        var labels = new StringBuilder("direction=\"").Append(outbound ? "outbound" : "inbound").Append('"');
        Append(labels, request.Target, NamespaceLabel, NameLabel);
        if (request.To is { } to)
            Append(labels, to, "dst_namespace", to.Kind.DestinationLabel);
        if (request.From is { } from)
            Append(labels, from, "namespace", from.Kind.Label);
        _labels = labels.ToString();
        _tcpLabels = _labels + (outbound ? ",peer=\"dst\"" : ",peer=\"src\"");
        _by = NameLabel == NamespaceLabel ? NamespaceLabel : NamespaceLabel + ", " + NameLabel;
    }

    public string NamespaceLabel { get; }

    public string NameLabel { get; }

    public string Responses => $"sum(increase(response_total{{{_labels}}}[{_window}])) by ({_by}, classification)";

    public string OpenConnections => $"sum(tcp_open_connections{{{_tcpLabels}}}) by ({_by})";

    public string ReadBytes => $"sum(increase(tcp_read_bytes_total{{{_tcpLabels}}}[{_window}])) by ({_by})";

    public string WriteBytes => $"sum(increase(tcp_write_bytes_total{{{_tcpLabels}}}[{_window}])) by ({_by})";

    public string Latency(string quantile) =>
        $"histogram_quantile({quantile}, sum(irate(response_latency_ms_bucket{{{_labels}}}[{_window}])) by (le, {_by}))";

    /// <summary>Escapes a value for a matcher: a name from the command line must not end its quotes.</summary>
    public static string Quote(string value) =>
        "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    private static void Append(StringBuilder labels, ResourceRef resource, string namespaceLabel, string nameLabel)
    {
        if (resource.Kind.Name != "namespace" && resource.Namespace.Length != 0)
            labels.Append(',').Append(namespaceLabel).Append('=').Append(Quote(resource.Namespace));
        if (resource.Name is not null)
            labels.Append(',').Append(nameLabel).Append('=').Append(Quote(resource.Name));
        else
            labels.Append(',').Append(nameLabel).Append("!=\"\"");
    }
}
