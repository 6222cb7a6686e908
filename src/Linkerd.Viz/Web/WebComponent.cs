using Linkerd.Kubernetes;
using Linkerd.Stats;
using Linkerd.Stats.Reports;
using Linkerd.Viz.Web.Access;
using Linkerd.Viz.Web.Api;
using Linkerd.Viz.Web.Api.Models;
using Linkerd.Viz.Web.Assets;
using Linkerd.Viz.Web.Data;
using Linkerd.Viz.Web.Login;
using Linkerd.Viz.Web.Sessions;
using Linkerd.Viz.Web.Tapping;
using Microsoft.Extensions.Logging;

namespace Linkerd.Viz.Web;

/// <summary>The dashboard: front end, JSON API and login.</summary>
internal sealed partial class WebComponent : IComponent
{
    public string Name => "web";

    public string Summary => "the dashboard";

    public string Description => """
        Serves the dashboard and its JSON API (HTTP, port 8084) over the Prometheus of --prometheus-url, or over proxies that it
        scrapes itself (--prometheus-url=embedded). Without --login whoever reaches the port sees everything, as with Linkerd's own
        dashboard; --login=password and --login=oidc ask who it is.

        To try it on a cluster of your kubeconfig:
          linkerd-viz web --prometheus-url=embedded --addr=127.0.0.1:8084
        """;

    public void Declare(FlagSet flags)
    {
        flags.Add("addr", ":8084", "address of the dashboard");
        flags.Add("metrics-addr", ":9994", "address of the admin server");
        flags.Add("admin-addr", "", "the same, by its older name");
        flags.Add("controller-namespace", "linkerd", "namespace of the control plane");
        flags.Add("viz-namespace", "linkerd-viz", "namespace of the Viz extension");
        flags.Add("cluster-domain", "cluster.local", "domain of the cluster's Services");
        flags.Add("enforced-host", "", "regular expression of the hosts that are answered for; empty: loopback and the Service web; .* allows all");
        flags.Add("static-dir", "", "folder of the front end; empty: LINKERD_WEB_ROOT, else the folder web beside this program, else the one inside it");
        flags.Add("grafana-addr", "", "accepted and not used: Grafana is linked to, not proxied");
        flags.Add("grafana-external-addr", "", "address of Grafana that the dashboard links to");
        flags.Add("grafana-prefix", "", "what the uids of the dashboards in Grafana begin with, before linkerd-");
        flags.Add("jaeger-addr", "", "address of Jaeger that the dashboard links to");
        LoginFlags.Declare(flags);
        MetricsSources.Declare(flags);
        flags.Add("linkerd-metrics-api-addr", "", "accepted and not used: the dashboard asks Prometheus itself");
        flags.Add("trace-collector", "", "accepted and not used");
        flags.AddSwitch("enable-pprof", false, "accepted and not used");
    }

    public async Task RunAsync(ComponentContext context, CancellationToken cancel)
    {
        var flags = context.Flags;
        var log = context.Logs.CreateLogger(Name);
        var options = Options(flags);
        using var login = LoginParts.Create(flags, options, context.Time, log);
        using var client = context.Kubernetes();
        await using var informers = new InformerFactory(client, new InformerOptions { Time = context.Time, OnError = e => WatchFailed(log, e.Message) });
        using var metrics = MetricsSources.Create(flags, informers, context.Time);
        ClusterView? view = null;
        await using var admin = await AdminServer.StartAsync(context, flags.Listen(flags.IsSet("admin-addr") ? "admin-addr" : "metrics-addr"), () => view?.Ready == true, cancel);
        var cronJobs = await ServedCronJobs.FindAsync(client, context.Time, e => WatchFailed(log, e), cancel);
        view = new ClusterView(informers, cronJobs, context.Time);
        informers.Start();

        var history = new History(context.Time);
        var snapshots = new SnapshotCache(new SnapshotReader(metrics.Source, context.Time), context.Time);
        var sessions = new SessionStore(context.Time);
        var routes = Routes(options, metrics.Source, view, snapshots, history, new PolicyObjects(client, context.Time), client, new TapServerSource(client), login.Audit, context.Time)
            .Concat(login.Api(options, sessions, new KubernetesTokens(client, options.VizNamespace), context.Time).Routes);
        var gates = new WebGates(options, sessions, login.Files, login.Audit, context.Time);
        await using var server = await WebServer.StartAsync(options, gates, Front(flags), routes, context.Logs, cancel);
        Serving(log, server.EndPoint.ToString(), options.Login);
        await Task.WhenAll(metrics.RunAsync(cancel), new HistoryRecorder(snapshots, history, context.Time, log).RunAsync(cancel), Waiting.UntilAsync(cancel));
    }

    /// <summary>All calls but those of login.</summary>
    internal static IEnumerable<WebRoute> Routes(
        WebOptions options, IMetricsSource source, IClusterView view, SnapshotCache snapshots, History history, IPolicySource policies, KubernetesClient? client, ITapSource? taps, AuditLog audit, TimeProvider time) =>
    [
        .. new OverviewApi(source, view, snapshots, history, time).Routes,
        .. new WorkloadApi(source, view, snapshots, history, policies, time).Routes,
        .. new ControlPlaneApi(view, client is null ? null : () => client, options, time).Routes,
        .. new LinkerdApi(source, view, time).Routes,
        .. new ObjectApi(client, options).Routes,
        .. new TapApi(taps, audit, time).Routes,
    ];

    /// <summary>What the flags say.</summary>
    /// <exception cref="UsageException">A value cannot be used.</exception>
    internal static WebOptions Options(FlagSet flags)
    {
        HostCheck hosts;
        try
        {
            hosts = HostCheck.Create(flags.Text("enforced-host"), flags.Required("viz-namespace"), flags.Required("cluster-domain"));
        }
        catch (FormatException)
        {
            throw FlagSet.Fault("enforced-host", flags.Text("enforced-host"), "a regular expression without look-around and back-references, such as ^dashboard\\.example\\.com$");
        }

        return new WebOptions
        {
            Listen = flags.Listen("addr"),
            Hosts = hosts,
            Login = LoginFlags.Mode(flags),
            ExternalUrl = LoginFlags.Address(flags, "external-url"),
            TrustForwarded = flags.Switch("forwarded-for"),
            Links = new LinksAnswer(LoginFlags.Address(flags, "grafana-external-addr")?.AbsoluteUri, Jaeger(flags.Text("jaeger-addr")), GrafanaPrefix(flags.Text("grafana-prefix"))),
            ControllerNamespace = flags.Required("controller-namespace"),
            VizNamespace = flags.Required("viz-namespace"),
            ClusterDomain = flags.Required("cluster-domain"),
        };
    }

    // jaegerUrl of Linkerd's chart is host:port without a scheme.
    private static string? Jaeger(string text) => text.Length == 0 ? null : text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;

    // It becomes part of a path; these are the characters that Grafana allows in a uid.
    private static string GrafanaPrefix(string text) => text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
        ? text
        : throw FlagSet.Fault("grafana-prefix", text, "letters, digits, '-' and '_', such as team-");

    private static StaticAssets Front(FlagSet flags)
    {
        var folder = flags.Text("static-dir") is { Length: > 0 } given ? given : Environment.GetEnvironmentVariable("LINKERD_WEB_ROOT") ?? "";
        var beside = Path.Combine(AppContext.BaseDirectory, "web");
        try
        {
            return folder.Length > 0 ? StaticAssets.Load(folder) : File.Exists(Path.Combine(beside, "index.html")) ? StaticAssets.Load(beside) : StaticAssets.Embedded();
        }
        catch (IOException e)
        {
            throw FlagSet.Fault("static-dir", folder.Length > 0 ? folder : beside, e.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "serving the dashboard on {Address}, login: {Login}")]
    private static partial void Serving(ILogger log, string address, LoginMode login);

    [LoggerMessage(2, LogLevel.Warning, "watch: {Reason}")]
    private static partial void WatchFailed(ILogger log, string reason);
}
