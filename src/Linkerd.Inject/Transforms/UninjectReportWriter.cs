using System.Text;
using Linkerd.Inject.Reports;

namespace Linkerd.Inject.Transforms;

/// <summary>The report of <c>linkerd uninject</c>.</summary>
internal static class UninjectReportWriter
{
    public static string Write(IReadOnlyList<InjectReport> reports)
    {
        var text = new StringBuilder("\n");
        foreach (var report in reports)
            text.Append(Summary(report)).Append('\n');
        return text.Append('\n').ToString();
    }

    private static string Summary(InjectReport report) => report switch
    {
        { ProxyUninjected: true } or { ProxyInitUninjected: true } => $"{report.Kind} \"{report.Name}\" uninjected",
        { Kind: "" } => "document missing \"kind\" field, skipped",
        _ => $"{report.Kind} \"{report.Name}\" skipped",
    };
}
