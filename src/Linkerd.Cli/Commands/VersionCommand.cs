using System.CommandLine;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Commands;

/// <summary><c>linkerd version</c>: the version of the client, of the control plane, and of the proxies.</summary>
public sealed class VersionCommand : CliCommand
{
    private const string Unavailable = "unavailable";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private readonly Option<bool> _short = new("--short") { Description = "Print the version number(s) only, with no additional output" };
    private readonly Option<bool> _client = new("--client") { Description = "Print the client version only" };
    private readonly Option<bool> _proxy = new("--proxy") { Description = "Print data-plane versions" };
    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "Namespace to use for --proxy (default: all namespaces)" };

    /// <summary>Creates the command.</summary>
    public VersionCommand(ITerminal terminal)
        : base("version", "Print the client and server version information", terminal)
    {
        foreach (var option in (Option[])[_short, _client, _proxy, _namespace])
            Options.Add(option);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var bare = arguments.GetValue(_short);
        await Terminal.Out.WriteLineAsync(bare ? LinkerdVersion.Current : $"Client version: {LinkerdVersion.Current}");
        if (arguments.GetValue(_client))
            return ExitCodes.Success;

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        var server = await TryAsync(arguments, client => ServerVersionAsync(client, arguments.GetValue(GlobalOptions.LinkerdNamespace)!, limit.Token), cancellationToken);
        await Terminal.Out.WriteLineAsync(bare ? server ?? Unavailable : $"Server version: {server ?? Unavailable}");
        if (!arguments.GetValue(_proxy))
            return ExitCodes.Success;

        var proxies = await TryAsync(arguments, client => ProxyVersionsAsync(client, arguments.GetValue(_namespace), limit.Token), cancellationToken);
        if (proxies is null)
        {
            await Terminal.Out.WriteLineAsync($"Proxy versions: {Unavailable}");
            return ExitCodes.Success;
        }

        await Terminal.Out.WriteLineAsync("Proxy versions:");
        foreach (var line in proxies)
            await Terminal.Out.WriteLineAsync(bare ? line.Version : $"\t{line.Version} ({line.Pods} pods)");
        return ExitCodes.Success;
    }

    private static async Task<T?> TryAsync<T>(ParseResult arguments, Func<KubernetesClient, Task<T>> ask, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            using var client = GlobalOptions.Connect(arguments);
            return await ask(client);
        }
        catch (Exception e) when (e is KubernetesException or CliException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // Without a cluster or a control plane the client's version is still an answer.
            return null;
        }
    }

    private static async Task<string> ServerVersionAsync(KubernetesClient client, string ns, CancellationToken cancellationToken)
    {
        var map = await client.Resource(Resources.ConfigMaps, ns).GetAsync("linkerd-config", cancellationToken);
        var values = map.Data?.GetValueOrDefault("values") ?? "";
        foreach (var line in values.Split('\n'))
        {
            if (line.StartsWith("linkerdVersion:", StringComparison.Ordinal))
                return line["linkerdVersion:".Length..].Trim().Trim('"', '\'');
        }

        return Unavailable;
    }

    private static async Task<IReadOnlyList<(string Version, int Pods)>> ProxyVersionsAsync(KubernetesClient client, string? ns, CancellationToken cancellationToken)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        await foreach (var pod in client.Resource(Resources.Pods, ns).ListAllAsync(new ListOptions { LabelSelector = "linkerd.io/control-plane-ns", Limit = 500 }, cancellationToken))
        {
            var version = pod.Metadata.Annotations?.GetValueOrDefault("linkerd.io/proxy-version") ?? "unknown";
            counts[version] = counts.GetValueOrDefault(version) + 1;
        }

        return [.. counts.Select(c => (c.Key, c.Value))];
    }
}
