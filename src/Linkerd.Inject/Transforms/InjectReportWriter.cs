using System.Text;
using Linkerd.Inject.Reports;

namespace Linkerd.Inject.Transforms;

/// <summary>The report of <c>linkerd inject</c>, line by line as users and scripts know it.</summary>
internal sealed class InjectReportWriter
{
    private readonly StringBuilder _text = new("\n");
    private readonly bool _verbose;
    private readonly bool _color;
    private bool _warned;

    private InjectReportWriter(bool verbose, bool color)
    {
        _verbose = verbose;
        _color = color;
        _warned = verbose;
    }

    public static string Write(IReadOnlyList<InjectReport> reports, bool verbose, bool color)
    {
        var writer = new InjectReportWriter(verbose, color);
        writer.WriteWarnings(reports);
        if (writer._warned)
            writer._text.Append('\n');
        foreach (var report in reports)
            writer._text.Append(Summary(report)).Append('\n');
        return writer._text.Append('\n').ToString();
    }

    private void WriteWarnings(IReadOnlyList<InjectReport> reports)
    {
        Check(reports, r => r.HostNetwork, "pods do not use host networking", names => $"\"hostNetwork: true\" detected in {names}");
        Check(reports, r => r.Sidecar, "pods do not have a 3rd party proxy or initContainer already injected", names => $"known 3rd party sidecar detected in {names}");
        Check(reports, r => r.InjectDisabled, "pods are not annotated to disable injection", names => $"\"linkerd.io/inject: disabled\" annotation set on {names}");
        if (reports.Any(r => r.Injectable || r.Annotatable))
            Pass("at least one resource can be injected or annotated");
        else
            Warn("no supported objects found");
        var udp = reports.Count(r => r.Udp);
        Check(reports, r => r.Udp, "pod specs do not include UDP ports", names => $"{names} {(udp > 1 ? "use" : "uses")} \"protocol: UDP\"");
        // A quirk that is kept: this one sets the warnings off with a blank line, but says nothing.
        if (reports.Any(r => !r.AutomountServiceAccountToken))
            _warned = true;
        else
            Pass("pods do not have automountServiceAccountToken set to \"false\" or service account token projection is enabled");
    }

    private void Check(IReadOnlyList<InjectReport> reports, Func<InjectReport, bool> bad, string good, Func<string, string> warning)
    {
        var names = reports.Where(bad).Select(r => r.ResourceName).ToArray();
        if (names.Length == 0)
            Pass(good);
        else
            Warn(warning(string.Join(", ", names)));
    }

    private void Warn(string text)
    {
        _warned = true;
        _text.Append(Mark("\u203c", 33)).Append(' ').Append(text).Append('\n');
    }

    private void Pass(string text)
    {
        if (_verbose)
            _text.Append(Mark("\u221a", 32)).Append(' ').Append(text).Append('\n');
    }

    private string Mark(string mark, int color) => _color ? $"\e[{color};1m{mark}\e[0m" : mark;

    private static string Summary(InjectReport report) => report switch
    {
        { Injectable: true } => $"{report.Kind} \"{report.Name}\" injected",
        { Annotated: true } => $"{report.Kind} \"{report.Name}\" annotated",
        { Kind: "" } => "document missing \"kind\" field, skipped",
        _ => $"{report.Kind} \"{report.Name}\" skipped",
    };
}
