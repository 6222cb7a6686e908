using System.CommandLine;
using Linkerd.Kubernetes;
using Linkerd.Stats;
using Linkerd.Stats.Prometheus;

namespace Linkerd.Cli.Commands.Viz;

/// <summary>Flags that all viz commands share, and the metrics source that they lead to.</summary>
public static class VizOptions
{
    /// <summary>Where <c>linkerd local</c> answers Prometheus' HTTP API on its API server.</summary>
    public const string LocalPath = "linkerd-local/prometheus";

    // Only a name: the connection is a port-forward.
    private static readonly Uri s_metricsApi = new("http://metrics-api.linkerd-viz");

    /// <summary><c>--viz-namespace</c>.</summary>
    public static Option<string?> Namespace { get; } = new("--viz-namespace")
    {
        Description = "Namespace of the Linkerd Viz extension (default: the one labelled linkerd.io/extension=viz)",
        Recursive = true,
    };

    /// <summary><c>--prometheusURL</c>.</summary>
    public static Option<string?> PrometheusUrl { get; } = new("--prometheusURL")
    {
        Description = "Address of a Prometheus to ask instead of the one of the Viz extension",
        Recursive = true,
    };

    /// <summary>The source to ask: the flag's Prometheus, else the embedded one of <c>linkerd local</c>, else that of the Viz extension.</summary>
    /// <exception cref="CliException">There is none; the message says how to get one.</exception>
    public static async Task<IMetricsSource> SourceAsync(ParseResult arguments, KubernetesClient client, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(PrometheusUrl) is { Length: > 0 } url)
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
                throw new CliException($"--prometheusURL: '{url}' is not an http or https address, such as http://localhost:9090");
            return PrometheusSource.At(new HttpClient(), address);
        }

        var local = PrometheusSource.Through(client, LocalPath);
        try
        {
            await local.QueryAsync("up", cancellationToken);
            return local;
        }
        catch (MetricsSourceException e) when (e.InnerException is KubernetesException { IsUnreachable: false })
        {
            // Not the embedded cluster.
        }

        var ns = await VizExtension.FindNamespaceAsync(arguments, client, cancellationToken)
            ?? throw new CliException("no metrics: this cluster has no Viz extension (no namespace labelled linkerd.io/extension=viz), and no --prometheusURL was given.\nInstall it: linkerd viz install | kubectl apply -f -");
        var http = await VizExtension.QueryClientAsync(client, ns, cancellationToken)
            ?? throw new CliException($"no metrics: no pod of metrics-api is ready in namespace {ns}; see: linkerd viz check");
        return PrometheusSource.At(http, s_metricsApi);
    }
}
