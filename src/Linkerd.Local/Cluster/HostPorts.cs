using System.Net.Sockets;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Network;

namespace Linkerd.Local.Cluster;

/// <summary>The ports that Services open on the host's loopback: the node ports of types NodePort and LoadBalancer.</summary>
internal sealed class HostPorts(Informer<Service> services) : IInformerHandler<Service>
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void OnAdded(Service value) => Changed();

    public void OnUpdated(Service old, Service value) => Changed();

    public void OnDeleted(Service value) => Changed();

    /// <summary>Writes the wanted ports, now and after each change, until the connection ends.</summary>
    public async Task SendAsync(Socket client, CancellationToken cancel)
    {
        var sent = "";
        while (true)
        {
            Task changed;
            lock (_lock)
                changed = _changed.Task;
            var line = Line();
            if (line != sent)
                await SocketLine.WriteAsync(client, line.Length == 0 ? " " : line, cancel);
            sent = line;
            await changed.WaitAsync(cancel);
        }
    }

    private string Line() => string.Join(' ', services.Items
        .Where(static s => s.Spec?.Type is "NodePort" or "LoadBalancer")
        .SelectMany(static s => s.Spec!.Ports ?? [])
        .Where(static p => p.NodePort is > 0 && (p.Protocol ?? "TCP") == "TCP")
        .Select(static p => $"{p.NodePort}={NodeNetwork.NodeAddress}:{p.NodePort}")
        .Order(StringComparer.Ordinal));

    private void Changed()
    {
        TaskCompletionSource old;
        lock (_lock)
        {
            old = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        old.TrySetResult();
    }
}
