using System.Globalization;
using System.Net;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Explain;

/// <summary>What a request is sent to.</summary>
/// <param name="Name">As it is shown.</param>
/// <param name="Address">The address that the client connects to.</param>
/// <param name="Port">The port.</param>
/// <param name="Host">What the request names as its host, with the port unless it is 80.</param>
/// <param name="Authority">What endpoints are looked up by; empty for an address that is no Service's.</param>
internal sealed record ExplainTarget(string Name, IPAddress Address, int Port, string Host, string Authority)
{
    private const string Forms = "svc/NAME:PORT, NAME.NAMESPACE:PORT, NAME.NAMESPACE.svc.DOMAIN:PORT or IP:PORT";

    /// <summary>Finds it.</summary>
    /// <exception cref="CliException">It is none of the forms, or there is no such Service.</exception>
    public static async Task<ExplainTarget> FindAsync(KubernetesClient client, string text, string ns, string domain, CancellationToken cancel)
    {
        if (IPEndPoint.TryParse(text, out var end) && end.Port > 0)
            return new ExplainTarget($"address {end}", end.Address, end.Port, end.ToString(), "");
        var name = text.StartsWith("svc/", StringComparison.Ordinal) || text.StartsWith("service/", StringComparison.Ordinal) ? text[(text.IndexOf('/', StringComparison.Ordinal) + 1)..] : text;
        var port = 0;
        var colon = name.LastIndexOf(':');
        if (colon >= 0 && (!int.TryParse(name.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535))
            throw new CliException($"'{text}': '{name[(colon + 1)..]}' is not a port; write {Forms}");
        var host = colon < 0 ? name : name[..colon];
        var labels = host.TrimEnd('.').Split('.');
        if (labels.Any(l => l.Length == 0) || (labels.Length > 2 && labels[2] != "svc") || host.Contains('/', StringComparison.Ordinal))
            throw new CliException($"'{text}' is no destination in the cluster; write {Forms}");
        return await OfServiceAsync(client, host, labels[0], labels.Length > 1 ? labels[1] : ns, port, domain, cancel);
    }

    private static async Task<ExplainTarget> OfServiceAsync(KubernetesClient client, string host, string name, string ns, int port, string domain, CancellationToken cancel)
    {
        var service = await client.Resource(Resources.Services, ns).FindAsync(name, cancel) ?? throw new CliException($"there is no Service {name} in namespace {ns}");
        var ports = (service.Spec?.Ports ?? []).Select(p => p.Port ?? 0).ToList();
        if (port == 0 && ports.Count != 1)
            throw new CliException($"Service {ns}/{name} has the ports {string.Join(", ", ports)}: say which, as {name}:{(ports.Count > 0 ? ports[0] : 80)}");
        if (port == 0)
            port = ports[0];
        if (!IPAddress.TryParse(service.Spec?.ClusterIP, out var address))
            throw new CliException($"Service {ns}/{name} has no cluster IP: clients connect to its pods. Give a pod's address, as IP:{port}");
        return new ExplainTarget($"Service {ns}/{name}, port {port}", address, port, port == 80 ? host : $"{host}:{port}", $"{name}.{ns}.svc.{domain}:{port}");
    }
}
