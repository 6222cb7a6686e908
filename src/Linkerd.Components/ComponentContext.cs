using Linkerd.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Linkerd.Components;

/// <summary>What every component is given: its flags, the log, metrics, the clock, the way to Kubernetes.</summary>
internal sealed class ComponentContext(string program, FlagSet flags, ILoggerFactory logs, TimeProvider time)
{
    /// <summary>Name of the binary.</summary>
    public string Program { get; } = program;

    /// <summary>The component's flags, parsed.</summary>
    public FlagSet Flags { get; } = flags;

    /// <summary>Makes loggers.</summary>
    public ILoggerFactory Logs { get; } = logs;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>What <c>/metrics</c> shows.</summary>
    public MetricRegistry Metrics { get; } = new();

    /// <summary>The configuration that <c>--kubeconfig</c>, the pod or the environment gives.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public KubernetesClient Kubernetes()
    {
        try
        {
            var path = Flags.Text("kubeconfig");
            return new KubernetesClient(KubernetesConfig.Load(path.Length == 0 ? null : path) with { UserAgent = Program + "/" + BuildVersion.Text });
        }
        catch (KubeConfigException e)
        {
            throw new UsageException(e.Message);
        }
    }
}
