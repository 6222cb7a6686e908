using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Cli.Commands.Install;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Yaml;
using Linkerd.Model;
using Linkerd.Stats.Reports;

namespace Linkerd.Cli.Commands.Viz.Policies;

/// <summary><c>linkerd viz policy --tap</c>: the least that must be allowed, from what is asked.</summary>
internal sealed class VizPolicyCommand : CliCommand
{
    private const string Example = "\n\n  linkerd viz policy -n emojivoto --tap deploy/web --tap-duration 1m > policy.yaml\n  linkerd viz policy -n emojivoto --tap deploy/web --tap-duration 1m --dry-run -f policy.yaml\n  kubectl apply -f policy.yaml";

    private readonly Option<string?> _tap = new("--tap") { Description = "The workload whose requests are observed and protected, such as deploy/web" };
    private readonly Option<string> _duration = new("--tap-duration") { Description = "Duration over which requests are observed (for example: \"10s\", \"1m\", \"10m\")", DefaultValueFactory = _ => "10s" };
    private readonly Option<int> _limit = new("--tap-route-limit") { Description = "Max number of path patterns for a port; with more, those of the fullest folder become a prefix", DefaultValueFactory = _ => 20 };
    private readonly Option<float> _maxRps = new("--max-rps") { Description = "Maximum requests per second to observe", DefaultValueFactory = _ => 1000 };
    private readonly Option<bool> _exact = new("--exact-paths") { Description = "Take every path as it is, also where a part looks like an identifier" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Instead of the policies, print which requests they would have denied" };
    private readonly Option<string> _dryRunDuration = new("--dry-run-duration") { Description = "With --dry-run: judge also the requests of this time, after the policies were made", DefaultValueFactory = _ => "0s" };
    private readonly Option<string?> _file = new("--filename", "-f") { Description = "With --dry-run: judge by the policies of this file instead of new ones" };
    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "Namespace of the workload" };
    private readonly Option<string> _output = OutputOption.Of("yaml", "json");

    public VizPolicyCommand(ITerminal terminal)
        : base("policy", "Output least-privilege policies from observed requests: Servers, HTTPRoutes and who may use them" + Example, terminal)
    {
        foreach (var option in (Option[])[_tap, _duration, _limit, _maxRps, _exact, _dryRun, _dryRunDuration, _file, _namespace, _output])
            Options.Add(option);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var (duration, after, limit, dryRun) = (Duration(arguments, _duration, allowNone: false), Duration(arguments, _dryRunDuration, allowNone: true), arguments.GetValue(_limit), arguments.GetValue(_dryRun));
        if (limit <= 0)
            throw new CliException($"--tap-route-limit: {limit} is not positive");
        if (arguments.GetValue(_maxRps) is not (> 0 and <= 10_000) and var rps)
            throw new CliException($"--max-rps: {rps} is not between 0 and 10000");
        if (!dryRun && (arguments.GetValue(_file) is not null || after > TimeSpan.Zero))
            throw new CliException("--filename and --dry-run-duration are for --dry-run");
        using var client = GlobalOptions.Connect(arguments);
        var resource = Target(arguments, client);
        var target = await PolicyTarget.ReadAsync(client, resource, cancellationToken);

        var seen = await ObserveAsync(duration);
        if (dryRun && arguments.GetValue(_file) is { } file)
            return await ReportAsync(arguments, new DryRunReport(new PolicyVerdicts(await ReadAsync(file, cancellationToken), target), [seen]));
        if (!seen.Counts.Keys.Any(r => !target.IsProbe(r)))
            throw new CliException($"no request of {resource.Kind.Name}/{resource.Name} was observed in {arguments.GetValue(_duration)}: observe longer, with --tap-duration, or see whether there are any with linkerd viz tap");
        var documents = new PolicyWriter(target, limit, arguments.GetValue(_exact)).Write(seen.Counts.Keys);
        if (!dryRun)
            return await WriteAsync(arguments, documents, seen, resource);
        Observations[] judged = after > TimeSpan.Zero ? [seen, await ObserveAsync(after)] : [seen];
        return await ReportAsync(arguments, new DryRunReport(new PolicyVerdicts(documents, target), judged));

        async Task<Observations> ObserveAsync(TimeSpan time)
        {
            await Terminal.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"observing {resource.Kind.Name}/{resource.Name} for {time.TotalSeconds:0.#} s ..."));
            return await Observations.ReadAsync(client, resource, time, arguments.GetValue(_maxRps), cancellationToken);
        }
    }

    private static TimeSpan Duration(ParseResult arguments, Option<string> option, bool allowNone) =>
        GoDuration.TryParse(arguments.GetValue(option)!, out var duration) && (duration > TimeSpan.Zero || (allowNone && duration == TimeSpan.Zero))
            ? duration
            : throw new CliException($"{option.Name}: '{arguments.GetValue(option)}' is not a duration, such as 10s or 1m");

    private ResourceRef Target(ParseResult arguments, KubernetesClient client)
    {
        var text = arguments.GetValue(_tap) ?? throw new CliException("The --tap flag must be specified: it names the workload whose requests are observed, such as deploy/web");
        var found = ResourceRef.Parse(text.Split(' ', StringSplitOptions.RemoveEmptyEntries), arguments.GetValue(_namespace) ?? client.Config.Namespace);
        return found.Count == 1 ? found[0] : throw new CliException($"--tap: '{text}' names more than one resource");
    }

    private async Task<IReadOnlyList<JsonObject>> ReadAsync(string file, CancellationToken cancel)
    {
        try
        {
            var text = file == "-" ? await Terminal.In.ReadToEndAsync(cancel) : await File.ReadAllTextAsync(file, cancel);
            return [.. KubernetesYaml.ReadAll(text).OfType<JsonObject>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"--filename: {e.Message}", e);
        }
    }

    private async Task<int> WriteAsync(ParseResult arguments, IReadOnlyList<JsonObject> documents, Observations seen, ResourceRef resource)
    {
        foreach (var left in seen.Counts.Keys.Where(static r => !PolicyWriter.CanSay(r)))
            await Terminal.Error.WriteLineAsync($"left out: {left.Method} {Tap.TapText.Visible(left.Path)} of {left.ShortClient}: an HTTPRoute cannot say it");
        if (seen.Surplus > 0)
            await Terminal.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"left out: {seen.Surplus} requests, since more than {Observations.MaxKinds} kinds of them were observed"));
        foreach (var server in seen.Counts.Keys.Select(static r => r.Server).Where(static s => s.Length > 0).Distinct())
            await Terminal.Error.WriteLineAsync($"Server {server} is there already and is used; what authorizes clients of it as a whole goes on doing so: linkerd authz {resource.Kind.Short}/{resource.Name}");
        if (arguments.GetValue(_output) != "json")
        {
            var about = new StringBuilder();
            about.Append(CultureInfo.InvariantCulture, $"# Lets in what {resource.Kind.Name}/{resource.Name} was asked in {arguments.GetValue(_duration)} ({seen.Total} requests), and nothing else on these ports.\n");
            await Terminal.Out.WriteAsync(about.ToString());
        }

        await ManifestWriter.WriteAsync(documents, arguments.GetValue(_output)!, Terminal);
        return ExitCodes.Success;
    }

    private async Task<int> ReportAsync(ParseResult arguments, DryRunReport report)
    {
        if (arguments.GetValue(_output) == "json")
            await Terminal.Out.WriteLineAsync(VizText.Text(report.Json()));
        else
            await Terminal.Out.WriteAsync(report.Text());
        return ExitCodes.Success;
    }
}
