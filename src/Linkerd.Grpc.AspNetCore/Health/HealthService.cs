using Microsoft.AspNetCore.Routing;

namespace Linkerd.Grpc.AspNetCore;

/// <summary>Tells gRPC clients how services are. "" is the server as a whole.</summary>
public sealed class HealthService
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, HealthStatus> _statuses = new() { [""] = HealthStatus.Serving };
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Sets a service's status; watchers are told.</summary>
    public void SetStatus(string service, HealthStatus status)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _statuses[service] = status;
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    /// <summary>Serves Check and Watch.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapUnary(HealthMethods.Check, CheckAsync);
        endpoints.MapServerStreaming(HealthMethods.Watch, WatchAsync);
    }

    private Task<HealthStatus> CheckAsync(string service, ServerCallContext context)
    {
        var (status, _) = Read(service);
        return status == HealthStatus.ServiceUnknown
            ? throw new RpcException(new Status(StatusCode.NotFound, $"unknown service '{service}'"))
            : Task.FromResult(status);
    }

    private async Task WatchAsync(string service, IServerStreamWriter<HealthStatus> responses, ServerCallContext context)
    {
        HealthStatus? sent = null;
        while (true)
        {
            var (status, changed) = Read(service);
            if (status != sent)
                await responses.WriteAsync(status, context.CancellationToken);
            sent = status;
            await changed.WaitAsync(context.CancellationToken);
        }
    }

    private (HealthStatus Status, Task Changed) Read(string service)
    {
        lock (_lock)
            return (_statuses.GetValueOrDefault(service, HealthStatus.ServiceUnknown), _changed.Task);
    }
}
