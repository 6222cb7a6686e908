using System.CommandLine;
using System.Text.Json.Nodes;
using Linkerd.Cli.Commands.Demo;
using Linkerd.Cli.Manifests;
using Linkerd.Kubernetes.Yaml;
using Linkerd.Local.Cluster;

namespace Linkerd.Cli.Commands.Local;

/// <summary><c>linkerd local demo</c>: the mesh with an application in it, from nothing.</summary>
public sealed class LocalDemoCommand : LocalAction
{
    private const string Application = "emojivoto";
    private static readonly string[] Measured = ["emoji", "voting", "web"];
    private static readonly TimeSpan TrafficLimit = TimeSpan.FromSeconds(40);
    private readonly Option<bool> _detach = new("--detach", "-d") { Description = "Return when the application runs, and leave the cluster running" };

    /// <summary>Creates the command.</summary>
    public LocalDemoCommand(ITerminal terminal)
        : base("demo", "Start the cluster if it is down, and run the demo application emojivoto in its mesh", terminal) => Options.Add(_detach);

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ClusterControl cluster, ParseResult arguments, CancellationToken cancellationToken)
    {
        var steps = new Steps(Terminal);
        var running = cluster.SupervisorId is not null;
        try
        {
            await UpCommand.StartAsync(cluster, steps, mesh: true, cancellationToken);
            using var client = Connect(cluster);
            await ManifestApplier.ApplyAsync(client, Documents(), cancellationToken);
            await Rollouts.WaitAsync(client, Application, cancellationToken);
            steps.Done("emojivoto runs in the mesh");
        }
        catch (OperationCanceledException) when (!running)
        {
            await cluster.StopAsync(CancellationToken.None);
            throw;
        }

        await ShowAsync(cluster, cancellationToken);
        if (arguments.GetValue(_detach) || running)
            return ExitCodes.Success;
        return await UpCommand.StayAsync(cluster, Terminal, cancellationToken);
    }

    private static bool HasFigures(string table, string name) =>
        table.Split('\n').Any(line => line.StartsWith(name + " ", StringComparison.Ordinal) && line.Contains('%', StringComparison.Ordinal));

    private static List<JsonObject> Documents()
    {
        var text = DemoManifests.Read(Application).Replace(DemoManifests.DefaultRegistry, MeshInstaller.Registry, StringComparison.Ordinal);
        var documents = KubernetesYaml.ReadAll(text).OfType<JsonObject>().ToList();
        foreach (var document in documents.Where(static d => d["kind"]?.GetValue<string>() == "Namespace"))
        {
            var metadata = document["metadata"]!.AsObject();
            if (metadata["annotations"] is not JsonObject annotations)
                metadata["annotations"] = annotations = [];
            annotations["linkerd.io/inject"] = "enabled";
        }

        return documents;
    }

    // The first figures need two scrapes and some requests in between.
    private async Task ShowAsync(ClusterControl cluster, CancellationToken cancel)
    {
        string[] stat = ["viz", "stat", "deploy", "-n", Application, "--kubeconfig", cluster.Paths.Kubeconfig];
        var deadline = Environment.TickCount64 + (long)TrafficLimit.TotalMilliseconds;
        var shown = new StringWriter();
        while (true)
        {
            shown.GetStringBuilder().Clear();
            var code = await LinkerdCommand.Create(new CapturedTerminal(shown)).Parse(stat).InvokeAsync(cancellationToken: cancel);
            if (code == ExitCodes.Success && Measured.All(name => HasFigures(shown.ToString(), name)))
                break;
            if (Environment.TickCount64 > deadline)
                break;
            await Task.Delay(TimeSpan.FromSeconds(1), cancel);
        }

        await Terminal.Out.WriteLineAsync();
        await Terminal.Out.WriteAsync(shown.ToString());
        await Terminal.Error.WriteLineAsync($"""

            Where to look next:
              export KUBECONFIG={cluster.Paths.Kubeconfig}
              the dashboard: {await LocalDashboard.WhereAsync(cluster, cancel)}
              linkerd viz stat deploy -n {Application}      success rates and latencies
              linkerd viz edges deploy -n {Application}     who talks to whom, under which identity
              kubectl -n {Application} port-forward svc/web-svc 8080:80    then vote on http://localhost:8080
              linkerd local down                       ends it all
            """);
    }
}
