using System.Text;
using Linkerd.Stats.Query;

namespace Linkerd.Stats.Reports;

/// <summary>The queries of <c>viz stat</c>, and the labels that identify a row in their answers.</summary>
internal sealed class StatQueries
{
    private readonly string _window;
    private readonly string _tcpMatchers;
    private readonly string _denyMatchers;

    public StatQueries(StatRequest request)
    {
        var kind = request.Target.Kind;
        _window = PromDuration.Format(request.Window);
        var clientSide = kind is { IsWorkload: false, IsPolicy: false };
        var outbound = request.To is not null || request.From is not null || clientSide;
        var asDestination = request.From is not null || clientSide;
        NamespaceLabel = asDestination && kind.Name != "authority" ? "dst_namespace" : "namespace";
        NameLabel = asDestination && kind.Name != "trafficsplit" ? kind.DestinationLabel : kind.Label;

        var labels = new StringBuilder();
        Append(labels, request.Target, NamespaceLabel, NameLabel);
        if (PolicyKind(kind) is { } policy)
            labels.Append(',').Append(policy);
        if (request.To is { } to)
            Append(labels, to, "dst_namespace", to.Kind.DestinationLabel);
        if (request.From is { } from)
            Append(labels, from, "namespace", from.Kind.Label);
        Matchers = $"direction=\"{(outbound ? "outbound" : "inbound")}\"{labels}";
        _tcpMatchers = Matchers + (outbound ? ",peer=\"dst\"" : ",peer=\"src\"");
        _denyMatchers = labels.ToString().TrimStart(',');
        By = NameLabel == NamespaceLabel ? [NamespaceLabel] : [NamespaceLabel, NameLabel];
        if (kind.Name == "httproute")
            By = [.. By, "srv_name"];
    }

    /// <summary>What selects the responses, between the braces.</summary>
    public string Matchers { get; }

    /// <summary>The labels of a row.</summary>
    public IReadOnlyList<string> By { get; }

    public string NamespaceLabel { get; }

    public string NameLabel { get; }

    public string OpenConnections => $"sum(tcp_open_connections{{{_tcpMatchers}}}) by ({ByText})";

    public string ReadBytes => $"sum(increase(tcp_read_bytes_total{{{_tcpMatchers}}}[{_window}])) by ({ByText})";

    public string WriteBytes => $"sum(increase(tcp_write_bytes_total{{{_tcpMatchers}}}[{_window}])) by ({ByText})";

    public string Denied => $"sum(increase(inbound_http_authz_deny_total{{{_denyMatchers}}}[{_window}])) by ({ByText})";

    private string ByText => string.Join(", ", By);

    /// <summary>Escapes a value for a matcher: a name from the command line must not end its quotes.</summary>
    public static string Quote(string value) =>
        "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    /// <summary>The matchers of one resource, each after a comma.</summary>
    public static void Append(StringBuilder labels, ResourceRef resource, string namespaceLabel, string nameLabel)
    {
        if (resource.Kind.Name != "namespace" && resource.Namespace.Length != 0)
            labels.Append(',').Append(namespaceLabel).Append('=').Append(Quote(resource.Namespace));
        if (resource.Name is not null)
            labels.Append(',').Append(nameLabel).Append('=').Append(Quote(resource.Name));
        else
            labels.Append(',').Append(nameLabel).Append("!=\"\"");
    }

    // The labels of policies name defaults too, by another kind.
    private static string? PolicyKind(ResourceKind kind) => kind.Name switch
    {
        "server" => "srv_kind=\"server\"",
        "serverauthorization" or "authorizationpolicy" => $"authz_kind=\"{kind.Name}\"",
        "httproute" => "route_kind=\"HTTPRoute\"",
        _ => null,
    };
}
