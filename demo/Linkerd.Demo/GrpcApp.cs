using System.Net;
using Linkerd.Grpc.AspNetCore;
using Microsoft.AspNetCore.Routing;

namespace Linkerd.Demo;

/// <summary>What the two gRPC services share.</summary>
internal static class GrpcApp
{
    public static GrpcServerOptions Options(DemoMetrics metrics) => new()
    {
        OnCallEnded = (method, status, _) =>
            metrics.Increment("grpc_server_handled_total", $"grpc_code=\"{status}\",grpc_method=\"{method.Name}\",grpc_service=\"{method.ServiceName}\",grpc_type=\"unary\""),
        OnHandlerFailed = (method, error) => Console.Error.WriteLine($"{method}: {error}"),
    };

    public static async Task<int> ServeAsync(string name, IPEndPoint endPoint, int metricsPort, DemoMetrics metrics, Action<IEndpointRouteBuilder> map, CancellationToken stop)
    {
        await using var metricsServer = await metrics.ServeAsync(metricsPort, stop);
        var health = new HealthService();
        await using var server = await GrpcServer.StartAsync(new GrpcServerSettings { EndPoint = endPoint }, endpoints =>
        {
            map(endpoints);
            health.Map(endpoints);
        }, stop);
        Console.WriteLine($"{name}: gRPC on {server.EndPoint}, metrics on :{metricsPort}");
        await Program.UntilStopped(stop);
        Console.WriteLine($"{name}: stopping");
        return 0;
    }
}
