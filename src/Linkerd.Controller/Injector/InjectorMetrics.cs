using Linkerd.Inject;

namespace Linkerd.Controller.Injector;

/// <summary>Counts admission requests and responses, with a label for each configuration annotation.</summary>
internal sealed class InjectorMetrics
{
    private static readonly string[] s_configLabels = [.. Annotations.ProxyConfiguration.Select(LabelOf)];

    private readonly MetricFamily _requests;
    private readonly MetricFamily _responses;

    public InjectorMetrics(MetricRegistry registry)
    {
        _requests = registry.Counter(
            "proxy_inject_admission_requests_total", "A counter for number of admission requests to proxy injector.",
            ["owner_kind", "namespace", "annotation_at", .. s_configLabels]);
        _responses = registry.Counter(
            "proxy_inject_admission_responses_total", "A counter for number of admission responses from proxy injector.",
            ["owner_kind", "namespace", "skip", "skip_reason", "annotation_at", .. s_configLabels]);
    }

    public void Request(string ownerKind, string ns, string annotationAt, IReadOnlyDictionary<string, string> annotations) =>
        _requests.With([ownerKind, ns, annotationAt, .. Values(annotations)]).Add();

    public void Response(string ownerKind, string ns, bool skipped, string reasons, string annotationAt, IReadOnlyDictionary<string, string> annotations) =>
        _responses.With([ownerKind, ns, skipped ? "true" : "false", reasons, annotationAt, .. Values(annotations)]).Add();

    /// <summary>The name after the prefix, in the letters that Prometheus takes.</summary>
    internal static string LabelOf(string annotation) => annotation[(annotation.IndexOf('/') + 1)..].Replace('-', '_');

    private static IEnumerable<string> Values(IReadOnlyDictionary<string, string> annotations) =>
        Annotations.ProxyConfiguration.Select(key => annotations.GetValueOrDefault(key, ""));
}
