using System.CommandLine;
using Linkerd.Cli.Commands.Diagnostics;
using Linkerd.Cli.Commands.Install;
using Linkerd.Cli.Explain;
using Linkerd.Cli.Manifests;
using Linkerd.Cli.Policies;
using Linkerd.Routing;

namespace Linkerd.Cli.Commands.Explain;

/// <summary><c>linkerd explain</c>: what becomes of a request, and which object and field decide it.</summary>
public sealed class ExplainCommand : CliCommand
{
    private const string Help = """
        Say what becomes of a request: policy, route, filters, backends, timeouts, retries and authorizations, with the
        object and the field that decide each, and what is answered. Nothing is sent.

          linkerd explain -n booksapp deploy/books svc/authors:7001 --method HEAD --path /authors/1.json
          linkerd explain -n booksapp sa/webapp books.booksapp:7002 --header 'x-user: alice' -o json
        """;

    private readonly Argument<string> _from = new("FROM") { Description = "Who sends it: pod/NAME, deploy/NAME, sa/NAME, …" };
    private readonly Argument<string> _to = new("TO") { Description = "Where to: svc/NAME:PORT, NAME.NAMESPACE:PORT or IP:PORT" };
    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "Namespace of FROM, and of TO unless it names its own" };
    private readonly Option<string> _method = new("--method", "-X") { Description = "Method of the request", DefaultValueFactory = _ => "GET" };
    private readonly Option<string> _path = new("--path") { Description = "Path of the request, with its query", DefaultValueFactory = _ => "/" };
    private readonly Option<string[]> _headers = new("--header", "-H") { Description = "A header, as NAME: VALUE; may be repeated" };
    private readonly Option<string?> _host = new("--host") { Description = "Host of the request (default: TO)" };
    private readonly Option<bool> _http2 = new("--http2") { Description = "The client speaks HTTP/2, as gRPC does" };
    private readonly Option<string> _output = OutputOption.Of("text", "json");

    /// <summary>Creates the command.</summary>
    public ExplainCommand(ITerminal terminal)
        : base("explain", Help, terminal)
    {
        Arguments.Add(_from);
        Arguments.Add(_to);
        foreach (var option in (Option[])[_namespace, _method, _path, _headers, _host, _http2, ControllerChannel.PodOption, _output])
            Options.Add(option);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var (method, path) = (arguments.GetValue(_method)!, arguments.GetValue(_path)!);
        if (!path.StartsWith('/'))
            throw new CliException($"--path: '{path}' must begin with '/'");
        var headers = (arguments.GetValue(_headers) ?? []).Select(Header).ToList();
        using var client = GlobalOptions.Connect(arguments);
        var ns = arguments.GetValue(_namespace) ?? client.Config.Namespace;
        var values = await MeshConfig.ReadAsync(client, arguments.GetValue(GlobalOptions.LinkerdNamespace)!, cancellationToken);
        var source = await ExplainSource.FindAsync(client, arguments.GetValue(_from)!, ns, cancellationToken);
        var target = await ExplainTarget.FindAsync(client, arguments.GetValue(_to)!, ns, values.ClusterDomain, cancellationToken);
        var host = arguments.GetValue(_host) ?? target.Host;
        using var policies = await PolicyClient.ConnectAsync(arguments, client, cancellationToken);
        using var destinations = await DestinationClient.ConnectAsync(arguments, client, source.ContextToken, cancellationToken);
        var explanation = await new Explainer(client, policies, destinations).ExplainAsync(
            source, target, arguments.GetValue(_http2), RequestHead.Of(method, host, path, headers), $"{method} {path}, host {host}", cancellationToken);
        await Terminal.Out.WriteAsync(arguments.GetValue(_output) == "json" ? ManifestWriter.Json(ExplainReport.Json(explanation)) : ExplainReport.Text(explanation));
        return ExitCodes.Success;
    }

    private static KeyValuePair<string, string> Header(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? new(text[..colon].Trim(), text[(colon + 1)..].Trim())
            : throw new CliException($"--header: '{text}' must be NAME: VALUE");
    }
}
