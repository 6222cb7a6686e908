using System.Net;
using Linkerd.Grpc.AspNetCore;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Linkerd.Components;

/// <summary>Starts a component's gRPC server with the component's log.</summary>
internal static class GrpcHost
{
    public static Task<GrpcServer> StartAsync(ComponentContext context, IPEndPoint listen, Action<IEndpointRouteBuilder> map, CancellationToken cancel)
    {
        var settings = new GrpcServerSettings
        {
            EndPoint = listen,
            Observer = new GrpcServerMetrics(context.Metrics),
            ConfigureLogging = logging => logging.Services.Replace(ServiceDescriptor.Singleton(context.Logs)),
        };
        return GrpcServer.StartAsync(settings, map, cancel);
    }
}
