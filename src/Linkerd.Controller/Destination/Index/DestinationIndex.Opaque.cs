using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Policy.Core;
using Linkerd.Kubernetes;
using Linkerd.Model;

namespace Linkerd.Controller.Destination.Index;

/// <summary>Which ports of pods and external workloads are opaque: by annotation or default, and by Servers whose protocol is opaque.</summary>
internal sealed partial class DestinationIndex
{
    private readonly Dictionary<string, Dictionary<string, PolicyServer>> _opaqueServers = [];

    /// <summary>Notes a Server. Only opaque ones say something about endpoints.</summary>
    public void SetServer(PolicyServer server)
    {
        if (server.Protocol != ServerProtocol.Opaque)
        {
            RemoveServer(server.Name);
            return;
        }

        lock (_lock)
        {
            if (!_opaqueServers.TryGetValue(server.Name.Namespace, out var servers))
                _opaqueServers.Add(server.Name.Namespace, servers = []);
            servers[server.Name.Name] = server;
            RefreshNamespace(server.Name.Namespace);
        }
    }

    public void RemoveServer(ResourceName name)
    {
        lock (_lock)
        {
            if (!_opaqueServers.TryGetValue(name.Namespace, out var servers) || !servers.Remove(name.Name))
                return;
            if (servers.Count == 0)
                _opaqueServers.Remove(name.Namespace);
            RefreshNamespace(name.Namespace);
        }
    }

    private bool IsOpaque(PodInfo pod, int port) =>
        _builder.OpaquePortsOf(pod, _opaqueOfNamespace.GetValueOrDefault(pod.Namespace)).Contains(port)
        || (_opaqueServers.TryGetValue(pod.Namespace, out var servers) && servers.Values.Any(s => Selects(s, pod, port)));

    private static bool Selects(PolicyServer server, PodInfo pod, int port) =>
        server.PodSelector is { } selector
        && (server.Port.IsNumber ? server.Port.Number : pod.NamedPorts.GetValueOrDefault(server.Port.Text!)) == port
        && Selectors.Matches(selector, pod.Labels);
}
