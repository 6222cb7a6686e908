using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Policy.Core;
using Linkerd.Kubernetes;
using Linkerd.Model;

namespace Linkerd.Controller.Destination.Index;

/// <summary>Which ports of pods are opaque: by annotation or default, and by Servers whose protocol is opaque.</summary>
internal sealed partial class DestinationIndex
{
    private readonly Dictionary<string, Dictionary<string, PolicyServer>> _opaqueServers = [];

    /// <summary>Notes a Server. Only opaque ones for pods say something about endpoints.</summary>
    public void SetServer(PolicyServer server)
    {
        if (server is not { Protocol: ServerProtocol.Opaque, PodSelector: not null })
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
        (server.Port.IsNumber ? server.Port.Number : pod.NamedPorts.GetValueOrDefault(server.Port.Text!)) == port && Selectors.Matches(server.PodSelector, pod.Labels);
}
