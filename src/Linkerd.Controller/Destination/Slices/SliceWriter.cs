using Linkerd.Controller.Destination.Core;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Microsoft.Extensions.Logging;

namespace Linkerd.Controller.Destination.Slices;

/// <summary>Writes the EndpointSlices of Services that select ExternalWorkloads; only the replica that holds the Lease does.</summary>
internal sealed partial class SliceWriter(SliceBoard board, KubernetesClient client, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    private readonly SlicePlanner _planner = new(zoneInTopology: board.Type.Gvr == Resources.EndpointSlicesV1Beta1.Gvr);
    private readonly Dictionary<ServiceName, Backoff> _failed = [];

    /// <summary>Writes until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        _failed.Clear();
        board.MarkAll();
        while (true)
        {
            await board.WaitAsync(cancel);
            foreach (var service in board.TakeMarked())
                await TryWriteAsync(service, cancel);
        }
    }

    private async Task TryWriteAsync(ServiceName service, CancellationToken cancel)
    {
        try
        {
            await WriteAsync(service, cancel);
            _failed.Remove(service);
        }
        catch (KubernetesException e) when (!cancel.IsCancellationRequested)
        {
            if (!_failed.TryGetValue(service, out var backoff))
                _failed.Add(service, backoff = new Backoff(s_shortest, s_longest));
            // Another replica, or a person, was faster: the informer is about to say what there is now.
            if (!e.IsConflict && !e.IsAlreadyExists)
                Failed(log, service.ToString(), e.Message);
            _ = MarkAgainAsync(service, backoff.Next(), cancel);
        }
    }

    private async Task MarkAgainAsync(ServiceName service, TimeSpan pause, CancellationToken cancel)
    {
        // Others are not held up by one that fails. At the end of the term everything is marked anew by the next leader.
        await Task.Delay(pause, time, cancel).ContinueWith(static _ => { }, TaskScheduler.Default);
        board.Mark(service);
    }

    /// <summary>What is new comes first, so that an endpoint that moves between slices is never missing.</summary>
    private async Task WriteAsync(ServiceName service, CancellationToken cancel)
    {
        if (board.Read(service) is not { } state)
            return;
        var slices = client.Resource(board.Type, service.Namespace);
        var plan = _planner.Plan(state);
        foreach (var slice in plan.Create)
            board.SetSlice(Written(log, await slices.CreateAsync(slice, cancel: cancel), service));
        foreach (var slice in plan.Update)
            board.SetSlice(Written(log, await slices.UpdateAsync(slice, cancel: cancel), service));
        foreach (var slice in plan.Delete)
        {
            await slices.TryDeleteAsync(slice.Metadata.Name!, cancel: cancel);
            board.RemoveSlice(slice);
            Deleted(log, slice.Metadata.Name!, service.ToString());
        }
    }

    private static EndpointSlice Written(ILogger log, EndpointSlice slice, ServiceName service)
    {
        Wrote(log, slice.Metadata.Name!, service.ToString(), slice.Endpoints?.Count ?? 0);
        return slice;
    }

    [LoggerMessage(24, LogLevel.Information, "wrote EndpointSlice {Slice} of Service {Service}: {Count} external workloads")]
    private static partial void Wrote(ILogger log, string slice, string service, int count);

    [LoggerMessage(25, LogLevel.Information, "deleted EndpointSlice {Slice} of Service {Service}")]
    private static partial void Deleted(ILogger log, string slice, string service);

    [LoggerMessage(26, LogLevel.Warning, "the EndpointSlices of Service {Service} could not be written, trying again: {Reason}")]
    private static partial void Failed(ILogger log, string service, string reason);
}
