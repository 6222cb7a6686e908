using System.CommandLine;
using Linkerd.Cli.Pods;
using Linkerd.Stats.Reports;

namespace Linkerd.Cli.Commands.Authz;

/// <summary><c>linkerd authz</c>: which policies let clients into a resource.</summary>
public sealed class AuthzCommand : CliCommand
{
    private readonly Argument<string[]> _resource = new("RESOURCE") { Description = "pod/NAME, deploy/NAME, …", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "Namespace of resource" };

    /// <summary>Creates the command.</summary>
    public AuthzCommand(ITerminal terminal)
        : base("authz", "List authorizations for a resource\n\nExample: linkerd authz -n emojivoto deploy/voting", terminal)
    {
        Arguments.Add(_resource);
        Options.Add(_namespace);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var (kind, name) = ResourceArgument.Parse(arguments.GetValue(_resource)!);
        using var client = GlobalOptions.Connect(arguments);
        var ns = arguments.GetValue(_namespace) ?? client.Config.Namespace;
        var pods = await MeshedPods.OfAsync(client, ns, kind, name, cancellationToken);
        if (pods.Count == 0)
            throw new CliException($"{kind}/{name} has no running pods in namespace {ns}, so no Server selects any");
        var resources = await AuthorizationResources.ReadAsync(client, ns, cancellationToken);
        var rows = resources.For([.. pods.Select(p => p.Metadata.Labels ?? new Dictionary<string, string>())]);
        var table = new TextTable(4, "ROUTE", "SERVER", "AUTHORIZATION_POLICY", "SERVER_AUTHORIZATION");
        foreach (var row in rows)
            table.Add(row.Route, row.Server, row.AuthorizationPolicy, row.ServerAuthorization);
        await Terminal.Out.WriteAsync(table.ToString());
        if (rows.Count == 0)
            await Terminal.Error.WriteLineAsync($"No Server with authorizations selects {kind}/{name}: the default inbound policy decides. To see it: linkerd diagnostics policy -n {ns} pod/{pods[0].Metadata.Name} PORT");
        return ExitCodes.Success;
    }
}
