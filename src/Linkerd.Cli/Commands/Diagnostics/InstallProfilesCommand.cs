using System.CommandLine;
using System.Text.Json.Nodes;
using Linkerd.Cli.Commands.Install;
using Linkerd.Cli.Manifests;
using Linkerd.Cli.Profiles;

namespace Linkerd.Cli.Commands.Diagnostics;

/// <summary><c>linkerd diagnostics install-sp</c>: ServiceProfiles of the control plane's own services.</summary>
public sealed class InstallProfilesCommand : CliCommand
{
    // Service, and the files of the contract that say what it serves.
    private static readonly (string Service, string[] Files)[] Services =
    [
        ("linkerd-dst", ["destination/destination.proto"]),
        ("linkerd-identity", ["identity/identity.proto"]),
        ("linkerd-policy", ["inbound/inbound.proto", "outbound/outbound.proto"]),
    ];

    private readonly Option<string> _output = OutputOption.Of("yaml", "json");

    /// <summary>Creates the command.</summary>
    public InstallProfilesCommand(ITerminal terminal)
        : base("install-sp", "Output Kubernetes configs to install Linkerd Service Profiles: routes of the control plane's own services", terminal) => Options.Add(_output);

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var ns = arguments.GetValue(GlobalOptions.LinkerdNamespace)!;
        using var client = GlobalOptions.Connect(arguments);
        var domain = (await MeshConfig.ReadAsync(client, ns, cancellationToken)).ClusterDomain;
        await ManifestWriter.WriteAsync(Services.Select(JsonObject (s) => ProfileDocument.Of(new ProfileName(s.Service, ns, domain), s.Files.SelectMany(Routes))), arguments.GetValue(_output)!, Terminal);
        return ExitCodes.Success;
    }

    private static IReadOnlyList<ProfileRoute> Routes(string file)
    {
        using var reader = new StreamReader(typeof(InstallProfilesCommand).Assembly.GetManifestResourceStream("proto/" + file)!);
        return ProtoProfile.Read(reader.ReadToEnd());
    }
}
