using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Linkerd.Api.Destination;
using Linkerd.Stats.Reports;

namespace Linkerd.Cli.Commands.Diagnostics;

/// <summary><c>linkerd diagnostics endpoints</c>: the endpoints that proxies are told for an authority.</summary>
public sealed class EndpointsCommand : CliCommand
{
    private readonly Argument<string[]> _authorities = new("AUTHORITIES") { Description = "host[:port], such as web-svc.emojivoto.svc.cluster.local:80", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string> _output = OutputOption.Of("table", "json");

    /// <summary>Creates the command.</summary>
    public EndpointsCommand(ITerminal terminal)
        : base("endpoints", "Introspect Linkerd's service discovery state", terminal)
    {
        Aliases.Add("ep");
        Arguments.Add(_authorities);
        Options.Add(_output);
        Options.Add(ControllerChannel.PodOption);
        Options.Add(DestinationClient.TokenOption);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var kubernetes = GlobalOptions.Connect(arguments);
        using var destination = await DestinationClient.ConnectAsync(arguments, kubernetes, cancellationToken);
        var endpoints = new List<EndpointJson>();
        foreach (var authority in arguments.GetValue(_authorities)!)
        {
            var update = await destination.FirstUpdateAsync(authority, cancellationToken);
            endpoints.AddRange((update.Add?.Addrs ?? []).Select(a => Endpoint(a, update.Add!.MetricLabels)));
        }

        endpoints = [.. endpoints.OrderBy(e => e.Namespace, StringComparer.Ordinal).ThenBy(e => e.Ip, StringComparer.Ordinal).ThenBy(e => e.Port)];
        if (arguments.GetValue(_output) == "json")
        {
            await Terminal.Out.WriteLineAsync(JsonSerializer.Serialize<IReadOnlyList<EndpointJson>>(endpoints, DiagnosticsJson.Default.IReadOnlyListEndpointJson));
            return ExitCodes.Success;
        }

        if (endpoints.Count == 0)
        {
            await Terminal.Out.WriteLineAsync("No endpoints found.");
            return ExitCodes.Success;
        }

        var table = new TextTable(5, "NAMESPACE", "IP", "PORT", "POD", "SERVICE");
        foreach (var e in endpoints)
            table.Add(e.Namespace, e.Ip, e.Port.ToString(CultureInfo.InvariantCulture), e.Pod, e.Service);
        await Terminal.Out.WriteAsync(table.ToString());
        return ExitCodes.Success;
    }

    private static EndpointJson Endpoint(WeightedAddr address, IDictionary<string, string> setLabels)
    {
        var labels = new SortedDictionary<string, string>(setLabels, StringComparer.Ordinal);
        foreach (var (name, value) in address.MetricLabels)
            labels[name] = value;
        var ns = labels.GetValueOrDefault("namespace", "");
        return new EndpointJson
        {
            Namespace = ns,
            Ip = Addresses.Ip(address.Addr?.Ip),
            Port = address.Addr?.Port ?? 0,
            Pod = labels.GetValueOrDefault("pod", ""),
            Service = labels.TryGetValue("service", out var service) ? $"{service}.{ns}" : "",
            Weight = address.Weight,
            TlsIdentity = address.TlsIdentity?.DnsLikeIdentity?.Name ?? address.TlsIdentity?.UriLikeIdentity?.Uri,
            Labels = labels,
        };
    }
}
