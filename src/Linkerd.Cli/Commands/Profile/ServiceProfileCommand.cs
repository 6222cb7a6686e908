using System.CommandLine;
using System.Text.Json.Nodes;
using Linkerd.Cli.Commands.Install;
using Linkerd.Cli.Manifests;
using Linkerd.Cli.Profiles;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Cli.Commands.Profile;

/// <summary><c>linkerd profile</c>: a ServiceProfile out of an API description, or a template to begin from.</summary>
public sealed class ServiceProfileCommand : CliCommand
{
    private const string Help = """
        Output service profile config for Kubernetes

          linkerd profile -n emojivoto --template web-svc                    a template to edit
          linkerd profile -n booksapp --open-api webapp.swagger webapp       from an OpenAPI 2 or 3 document
          linkerd profile -n emojivoto --proto Voting.proto voting-svc       from a protobuf definition

        A file of - is standard input.
        """;

    private readonly Argument<string> _service = new("SERVICE") { Description = "Name of the Service" };
    private readonly Option<bool> _template = new("--template") { Description = "Output a service profile template" };
    private readonly Option<string?> _openApi = new("--open-api") { Description = "Output a service profile based on the given OpenAPI spec file" };
    private readonly Option<string?> _proto = new("--proto") { Description = "Output a service profile based on the given Protobuf spec file" };
    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "Namespace of the service" };
    private readonly Option<bool> _ignoreCluster = new("--ignore-cluster") { Description = "Output a service profile without asking the cluster for its domain" };
    private readonly Option<string> _output = OutputOption.Of("yaml", "json");

    /// <summary>Creates the command.</summary>
    public ServiceProfileCommand(ITerminal terminal)
        : base("profile", Help, terminal)
    {
        Arguments.Add(_service);
        foreach (var option in (Option[])[_template, _openApi, _proto, _namespace, _ignoreCluster, _output])
            Options.Add(option);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var template = arguments.GetValue(_template);
        var (openApi, proto) = (arguments.GetValue(_openApi), arguments.GetValue(_proto));
        if ((template ? 1 : 0) + (openApi is null ? 0 : 1) + (proto is null ? 0 : 1) != 1)
            throw new CliException("You must specify exactly one of --template or --open-api or --proto");
        var format = arguments.GetValue(_output)!;
        var name = await NameAsync(arguments, cancellationToken);
        if (template)
        {
            var text = ProfileTemplate.Render(name);
            await Terminal.Out.WriteAsync(format == "json" ? ManifestWriter.Json((JsonObject)KubernetesYaml.Read(text)!) : text);
            return ExitCodes.Success;
        }

        var routes = openApi is not null
            ? await ReadAsync("--open-api", openApi, OpenApiProfile.Read, cancellationToken)
            : await ReadAsync("--proto", proto!, ProtoProfile.Read, cancellationToken);
        var document = ProfileDocument.Of(name, routes);
        await Terminal.Out.WriteAsync(format == "json" ? ManifestWriter.Json(document) : KubernetesYaml.Write(document));
        return ExitCodes.Success;
    }

    private async Task<IReadOnlyList<ProfileRoute>> ReadAsync(string flag, string source, Func<string, IReadOnlyList<ProfileRoute>> parse, CancellationToken cancel)
    {
        var text = await ManifestReader.ReadTextAsync(source, Terminal, cancel);
        try
        {
            return parse(text);
        }
        catch (CliException e)
        {
            throw new CliException($"{flag} {source}: {e.Message}", e);
        }
    }

    /// <summary>The Service, with the domain of the cluster where one can be asked.</summary>
    private async Task<ProfileName> NameAsync(ParseResult arguments, CancellationToken cancel)
    {
        var ns = arguments.GetValue(_namespace);
        var domain = "cluster.local";
        if (!arguments.GetValue(_ignoreCluster))
        {
            try
            {
                using var client = GlobalOptions.Connect(arguments);
                ns ??= client.Config.Namespace;
                domain = (await MeshConfig.ReadAsync(client, arguments.GetValue(GlobalOptions.LinkerdNamespace)!, cancel)).ClusterDomain;
            }
            catch (Exception e) when (e is CliException or KubernetesException)
            {
                // Without a cluster the usual domain is what there is; kubectl says the rest.
            }
        }

        var name = new ProfileName(arguments.GetValue(_service)!, ns ?? "default", domain);
        name.Validate();
        return name;
    }
}
