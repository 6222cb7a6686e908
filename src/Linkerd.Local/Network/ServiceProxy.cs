using System.Net;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Cluster;
using Linkerd.Local.Runtime;

namespace Linkerd.Local.Network;

/// <summary>Keeps the rules of Services in the kernel, and answers where a Service leads.</summary>
internal sealed class ServiceProxy(Informer<Service> services, Informer<EndpointSlice> slices, NodeLog log) : IInformerHandler<Service>, IInformerHandler<EndpointSlice>
{
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(15);
    private readonly ChangeSignal _changed = new();
    private string _applied = "";

    /// <summary>Applies changes until cancelled; those that come close together are applied together.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            await _changed.WaitAsync(cancel);
            await Task.Delay(Gather, cancel);
            try
            {
                await ApplyAsync(cancel);
            }
            catch (ToolException e)
            {
                log.Failure("services", e);
                await Task.Delay(1000, cancel);
                Changed();
            }
        }
    }

    /// <summary>Brings the kernel up to date now.</summary>
    public async Task ApplyAsync(CancellationToken cancel)
    {
        var rules = ServiceRules.Build(services.Items, ServiceEndpoints.Index(slices.Items));
        if (rules == _applied)
            return;
        await Tool.RunAsync("iptables-restore", [], rules, cancel);
        _applied = rules;
    }

    /// <summary>An endpoint of a Service's port, at random; null when there is none.</summary>
    public ValueTask<IPEndPoint?> ResolveAsync(string ns, string name, int port, CancellationToken cancel)
    {
        if (services.Get(ns, name) is not { } service || (service.Spec?.Ports ?? []).FirstOrDefault(p => p.Port == port) is not { } match)
            return new((IPEndPoint?)null);
        var endpoints = ServiceEndpoints.Of(service, match, ServiceEndpoints.Index(slices.Items)).ToList();
        if (endpoints.Count == 0)
            return new((IPEndPoint?)null);
        var chosen = endpoints[Random.Shared.Next(endpoints.Count)];
        return new(new IPEndPoint(IPAddress.Parse(chosen.Address), chosen.Port));
    }

    public void OnAdded(Service value) => Changed();

    public void OnUpdated(Service old, Service value) => Changed();

    public void OnDeleted(Service value) => Changed();

    public void OnAdded(EndpointSlice value) => Changed();

    public void OnUpdated(EndpointSlice old, EndpointSlice value) => Changed();

    public void OnDeleted(EndpointSlice value) => Changed();

    private void Changed() => _changed.Set();
}
