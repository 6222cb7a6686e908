using Linkerd.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Linkerd.Controller.Heartbeat;

/// <summary>Tells a server of the user's choice once what kind of mesh this is. Nothing runs it unless a URL is configured.</summary>
internal sealed partial class HeartbeatComponent : IComponent
{
    public string Name => "heartbeat";

    public string Summary => "sends a summary of the mesh to a URL, once";

    public string Description => """
        One GET request to --heartbeat-url with what is known in its query: uuid and install-time of the ConfigMap
        linkerd-config, versions, extensions, the number of ServiceProfiles and, with --prometheus-url, a few sums over
        the mesh. No names of workloads, no addresses. Run by a CronJob, which exists only with a URL; the log shows the
        request.
        """;

    public void Declare(FlagSet flags)
    {
        flags.Add("heartbeat-url", "", "http or https address that is told; required");
        flags.Add("controller-namespace", "linkerd", "namespace of the control plane");
        flags.Add("prometheus-url", "", "address of the Prometheus that has the mesh's metrics; empty: its values are left out");
    }

    public async Task RunAsync(ComponentContext context, CancellationToken cancel)
    {
        var flags = context.Flags;
        var log = context.Logs.CreateLogger(Name);
        var target = Address(flags, "heartbeat-url") ?? throw new UsageException("--heartbeat-url must not be empty: there is no server of the project's that would be told");
        var prometheus = Address(flags, "prometheus-url");
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30), MaxResponseContentBufferSize = HeartbeatSender.MaxAnswer };
        using var kubernetes = context.Kubernetes();
        await RunAsync(kubernetes, http, target, prometheus, flags.Required("controller-namespace"), log, cancel);
    }

    /// <summary>Gathers and sends. What cannot be learnt is left out, and logged.</summary>
    /// <exception cref="HttpRequestException">The server was not reached, or did not answer with 200.</exception>
    public static async Task RunAsync(KubernetesClient kubernetes, HttpClient http, Uri target, Uri? prometheus, string ns, ILogger log, CancellationToken cancel)
    {
        var facts = new Facts(reason => LeftOut(log, reason));
        await ClusterFacts.GatherAsync(facts, kubernetes, ns, cancel);
        if (prometheus is not null)
            await PrometheusFacts.GatherAsync(facts, http, prometheus, ns, cancel);
        facts.Add("version", BuildVersion.Text);
        facts.Add("source", "heartbeat");
        var request = facts.AppendTo(target);
        Sending(log, request.AbsoluteUri);
        Sent(log, await HeartbeatSender.SendAsync(http, request, cancel));
    }

    private static Uri? Address(FlagSet flags, string name)
    {
        var text = flags.Text(name);
        if (text.Length == 0)
            return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https") ? uri : throw FlagSet.Fault(name, text, "an http or https address");
    }

    [LoggerMessage(80, LogLevel.Information, "sending heartbeat: {Address}")]
    private static partial void Sending(ILogger log, string address);

    [LoggerMessage(81, LogLevel.Information, "heartbeat was answered: {Answer}")]
    private static partial void Sent(ILogger log, string answer);

    [LoggerMessage(82, LogLevel.Warning, "left out of the heartbeat: {Reason}")]
    private static partial void LeftOut(ILogger log, string reason);
}
