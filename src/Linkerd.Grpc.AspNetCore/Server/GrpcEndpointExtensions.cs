using Linkerd.Grpc.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Linkerd.Grpc.AspNetCore;

/// <summary>Maps methods to endpoints of ASP.NET Core's routing.</summary>
public static class GrpcEndpointExtensions
{
    /// <summary>Serves a unary method.</summary>
    public static IEndpointConventionBuilder MapUnary<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints, Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse> handler, GrpcServerOptions? options = null)
        => endpoints.Map(method, MethodType.Unary, options, async call =>
        {
            var request = await call.Requests.ReadSingleAsync(call.Context.CancellationToken);
            var response = await handler(request, call.Context);
            await call.WriteSingleAsync(response);
        });

    /// <summary>Serves a method with many requests.</summary>
    public static IEndpointConventionBuilder MapClientStreaming<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints, Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse> handler, GrpcServerOptions? options = null)
        => endpoints.Map(method, MethodType.ClientStreaming, options, async call =>
        {
            var response = await handler(call.Requests, call.Context);
            await call.WriteSingleAsync(response);
        });

    /// <summary>Serves a method with many responses.</summary>
    public static IEndpointConventionBuilder MapServerStreaming<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints, Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse> handler, GrpcServerOptions? options = null)
        => endpoints.Map(method, MethodType.ServerStreaming, options, async call =>
        {
            var request = await call.Requests.ReadSingleAsync(call.Context.CancellationToken);
            await handler(request, call.Responses, call.Context);
        });

    /// <summary>Serves a method with many requests and responses.</summary>
    public static IEndpointConventionBuilder MapDuplexStreaming<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints, Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse> handler, GrpcServerOptions? options = null)
        => endpoints.Map(method, MethodType.DuplexStreaming, options, call => handler(call.Requests, call.Responses, call.Context));

    /// <summary>Answers every other path: UNIMPLEMENTED to gRPC, 404 to the rest. Map it last.</summary>
    public static IEndpointConventionBuilder MapGrpcUnimplemented(this IEndpointRouteBuilder endpoints)
        => endpoints.MapFallback("{**path}", context =>
        {
            if (context.Request.ContentType is not { } type || !GrpcProtocol.IsGrpcContentType(type))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }

            context.Response.ContentType = GrpcProtocol.ContentType;
            StatusTrailers.Write(context, new Status(StatusCode.Unimplemented, $"unknown method {context.Request.Path.Value}"), []);
            return Task.CompletedTask;
        });

    private static IEndpointConventionBuilder Map<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints, Method<TRequest, TResponse> method, MethodType type, GrpcServerOptions? options, Func<ServerCall<TRequest, TResponse>, Task> run)
    {
        if (method.Type != type)
            throw new ArgumentException($"{method.FullName} is {method.Type}: map it as that, not as {type}", nameof(method));
        var settings = options ?? new GrpcServerOptions();
        var observer = endpoints.ServiceProvider.GetService<IServerObserver>()?.ForMethod(method);
        // Asked for here, once: a call that asks its own services makes a scope, and keeps it for as long as it streams.
        var stopping = endpoints.ServiceProvider.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? default;
        return endpoints.MapPost(method.FullName, context => ServerCall<TRequest, TResponse>.RunAsync(context, method, settings, observer, run, stopping));
    }
}
