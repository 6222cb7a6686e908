using System.CommandLine;
using Linkerd.Cli.Commands.Install;
using Linkerd.Cli.Commands.Viz.Tap;
using Linkerd.Cli.Profiles;
using Linkerd.Kubernetes.Yaml;
using Linkerd.Model;
using Linkerd.Stats.Reports;
using ProfileRoute = Linkerd.Cli.Profiles.ProfileRoute;

namespace Linkerd.Cli.Commands.Viz;

/// <summary><c>linkerd viz profile --tap</c>: a ServiceProfile with the routes that were seen.</summary>
internal sealed class VizProfileCommand : CliCommand
{
    private readonly Argument<string> _service = new("SERVICE") { Description = "Name of the Service" };
    private readonly Option<string?> _tap = new("--tap") { Description = "Output a service profile based on tap data for the given target resource" };
    private readonly Option<string> _duration = new("--tap-duration") { Description = "Duration over which tap data is collected (for example: \"10s\", \"1m\", \"10m\")", DefaultValueFactory = _ => "5s" };
    private readonly Option<int> _limit = new("--tap-route-limit") { Description = "Max number of routes to add to the profile", DefaultValueFactory = _ => 20 };
    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "Namespace of the service" };
    private readonly Option<string> _output = OutputOption.Of("yaml", "json");

    public VizProfileCommand(ITerminal terminal)
        : base("profile", "Output service profile config for Kubernetes based off tap data\n\n  linkerd viz profile -n emojivoto web-svc --tap deploy/web --tap-duration 10s", terminal)
    {
        Arguments.Add(_service);
        foreach (var option in (Option[])[_tap, _duration, _limit, _namespace, _output])
            Options.Add(option);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var target = arguments.GetValue(_tap) ?? throw new CliException("The --tap flag must be specified: it names the workload whose requests are looked at, such as deploy/web");
        if (!GoDuration.TryParse(arguments.GetValue(_duration)!, out var duration) || duration <= TimeSpan.Zero)
            throw new CliException($"--tap-duration: '{arguments.GetValue(_duration)}' is not a duration, such as 10s or 1m");
        var limit = arguments.GetValue(_limit);
        if (limit <= 0)
            throw new CliException($"--tap-route-limit: {limit} is not positive");
        using var client = GlobalOptions.Connect(arguments);
        var ns = arguments.GetValue(_namespace) ?? client.Config.Namespace;
        var name = new ProfileName(arguments.GetValue(_service)!, ns, "cluster.local");
        name.Validate();
        var found = ResourceRef.Parse(target.Split(' ', StringSplitOptions.RemoveEmptyEntries), ns);
        if (found.Count != 1)
            throw new CliException($"--tap: '{target}' names more than one resource");

        var routes = new SortedDictionary<string, ProfileRoute>(StringComparer.Ordinal);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(duration);
        try
        {
            await foreach (var tap in TapClient.RunAsync(client, TapFilters.For(found[0], maxRps: 100, headers: false), end.Token))
            {
                // What the workload itself asks of others is not its profile.
                if (tap.Http?.RequestInit is not { } request || tap.ProxyDirection != Api.VizTap.TapEvent.Types.ProxyDirection.Inbound)
                    continue;
                var route = $"{TapText.Method(request.Method)} {request.Path}";
                if (routes.Count < limit)
                    routes.TryAdd(route, new ProfileRoute(route, TapText.Method(request.Method), PathRegex.Literal(request.Path)));
                if (routes.Count == limit)
                    break;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time is up.
        }

        var document = ProfileDocument.Of(name, routes.Values);
        await Terminal.Out.WriteAsync(arguments.GetValue(_output) == "json" ? ManifestWriter.Json(document) : KubernetesYaml.Write(document));
        return ExitCodes.Success;
    }
}
