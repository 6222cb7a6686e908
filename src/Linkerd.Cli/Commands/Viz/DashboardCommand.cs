using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Cli.Commands.Viz;

/// <summary><c>linkerd viz dashboard</c>: opens the dashboard through a port-forward, and a session in it for whoever has the kubeconfig.</summary>
public sealed class DashboardCommand : CliCommand
{
    private const int WebPort = 8084;
    private const string Component = "component=web";
    private const string Audience = "dashboard.linkerd.io";
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(500);

    private readonly Option<string> _address = new("--address") { Description = "The address at which to serve requests", DefaultValueFactory = _ => "localhost" };
    private readonly Option<int> _port = new("--port", "-p") { Description = "The local port on which to serve requests (when set to 0, a random port will be used)", DefaultValueFactory = _ => 50750 };
    private readonly Option<string> _show = new("--show") { Description = "Open the dashboard in a browser or show its URL in the CLI (one of: linkerd, grafana, url)", DefaultValueFactory = _ => "linkerd" };
    private readonly Option<string> _wait = new("--wait") { Description = "Wait for the dashboard to become available if it's not available when the command is run", DefaultValueFactory = _ => "300s" };

    /// <summary>Creates the command.</summary>
    public DashboardCommand(ITerminal terminal)
        : base("dashboard", "Open the Linkerd dashboard in a web browser", terminal)
    {
        foreach (var option in (Option[])[_address, _port, _show, _wait])
            Options.Add(option);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var show = arguments.GetValue(_show)!;
        if (show is not ("linkerd" or "grafana" or "url"))
            throw new CliException($"unknown value for 'show' param, was: {show}, must be one of: linkerd, grafana, url");
        if (arguments.GetValue(_port) is < 0 or > 65535)
            throw new CliException($"port must be greater than or equal to zero and at most 65535, was {arguments.GetValue(_port)}");
        var wait = Stats.Query.PromDuration.Parse(arguments.GetValue(_wait)!) ?? throw new CliException($"--wait: '{arguments.GetValue(_wait)}' is not a duration, such as 300s or 5m");

        using var client = GlobalOptions.Connect(arguments);
        var ns = await NamespaceAsync(arguments, client, cancellationToken);
        var pod = await PodAsync(client, ns, wait, cancellationToken);
        using var listener = Listen(arguments.GetValue(_address)!, arguments.GetValue(_port));
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        var forwarding = PortForwarder.RunAsync(listener, client, ns, pod, WebPort, Terminal.Error, cancellationToken);

        var (login, grafana) = await SessionAsync(port, cancellationToken);
        var address = $"http://localhost:{port}";
        var link = login == "none" ? address : $"{address}/auth/token?token={Uri.EscapeDataString(await TokenAsync(client, ns, cancellationToken))}";
        await Terminal.Out.WriteLineAsync($"Linkerd dashboard available at:\n{link}");
        if (grafana is not null)
            await Terminal.Out.WriteLineAsync($"Grafana dashboard available at:\n{grafana}");
        await Terminal.Out.FlushAsync(cancellationToken);
        if (show != "url")
            await OpenAsync(show == "grafana" ? grafana ?? throw new CliException("Grafana is not set up: give the Viz extension grafana.externalUrl") : link);
        await forwarding;
        return ExitCodes.Success;
    }

    private static async Task<string> NamespaceAsync(ParseResult arguments, KubernetesClient client, CancellationToken cancel)
    {
        if (await VizExtension.FindNamespaceAsync(arguments, client, cancel) is { } labelled)
            return labelled;
        // The embedded cluster's has no label: it is not installed as an extension is.
        return await client.Resource(Resources.Namespaces).FindAsync(VizExtension.DefaultNamespace, cancel) is not null
            ? VizExtension.DefaultNamespace
            : throw new CliException("could not find the linkerd-viz extension: install it with linkerd viz install | kubectl apply -f -");
    }

    private static async Task<string> PodAsync(KubernetesClient client, string ns, TimeSpan wait, CancellationToken cancel)
    {
        var deadline = Environment.TickCount64 + (long)wait.TotalMilliseconds;
        while (true)
        {
            var pods = await client.Resource(Resources.Pods, ns).ListAsync(new ListOptions { LabelSelector = Component }, cancel);
            if (pods.Items.FirstOrDefault(static p => p.Metadata.DeletionTimestamp is null && (p.Status?.Conditions ?? []).Any(static c => c is { Type: "Ready", Status: "True" })) is { Metadata.Name: { } name })
                return name;
            if (Environment.TickCount64 > deadline)
                throw new CliException($"no pod of the dashboard is ready in namespace {ns}; see: kubectl -n {ns} get pods -l {Component}");
            await Task.Delay(s_poll, cancel);
        }
    }

    private static Socket Listen(string address, int port)
    {
        var ip = address == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(address, out var parsed) ? parsed : throw new CliException($"--address: '{address}' is not an address, such as localhost or 0.0.0.0");
        var listener = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(ip, port));
            listener.Listen(128);
            return listener;
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new CliException($"cannot listen on {address}:{port}: {e.Message}; choose another with --port, or 0 for any", e);
        }
    }

    // How one logs in, and where Grafana is: the dashboard tells anybody.
    private static async Task<(string Login, string? Grafana)> SessionAsync(int port, CancellationToken cancel)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10), MaxResponseContentBufferSize = 64 * 1024 };
        try
        {
            using var answer = JsonDocument.Parse(await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/api/session"), cancel));
            var links = answer.RootElement.GetProperty("links");
            return (answer.RootElement.GetProperty("login").GetString() ?? "none", links.GetProperty("grafana").GetString());
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // A dashboard of Linkerd's own: it has no login.
            return ("none", null);
        }
    }

    // A token of the dashboard's account for no other audience: who may make it may do what the dashboard does. It opens one session.
    private static async Task<string> TokenAsync(KubernetesClient client, string ns, CancellationToken cancel)
    {
        var request = new TokenRequest { Metadata = new ObjectMeta { Name = "web", Namespace = ns }, Spec = new TokenRequestSpec { Audiences = [Audience], ExpirationSeconds = 600 } };
        var answer = await client.Resource(Resources.ServiceAccounts, ns).CreateSubresourceAsync("web", "token", request, Resources.TokenRequests, cancel);
        return answer.Status?.Token ?? throw new CliException("the API server gave no token for the dashboard's ServiceAccount");
    }

    private async Task OpenAsync(string link)
    {
        await Terminal.Out.WriteLineAsync("Opening Linkerd dashboard in the default browser");
        try
        {
            using var process = Process.Start(new ProcessStartInfo("xdg-open") { ArgumentList = { link }, UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true });
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            await Terminal.Error.WriteLineAsync($"Failed to open Linkerd dashboard automatically\nVisit {link} in your browser to view the dashboard");
        }
    }
}
