using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Linkerd.Grpc.AspNetCore;

/// <summary>A gRPC server on Kestrel and nothing else: HTTP/2 in clear, or TLS.</summary>
public sealed class GrpcServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private GrpcServer(WebApplication application, IPEndPoint endPoint)
    {
        _application = application;
        EndPoint = endPoint;
    }

    /// <summary>Where it listens; the port is the real one when 0 was asked for.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Binds and serves.</summary>
    /// <param name="settings">Where and how.</param>
    /// <param name="map">Maps the methods; everything else is answered with UNIMPLEMENTED.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    public static async Task<GrpcServer> StartAsync(GrpcServerSettings settings, Action<IEndpointRouteBuilder> map, CancellationToken cancellationToken = default)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        if (settings.Tls is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, ManualLifetime>();
        if (settings.Observer is not null)
            builder.Services.AddSingleton(settings.Observer);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = settings.ShutdownTimeout);
        settings.ConfigureLogging?.Invoke(builder.Logging);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            ApplyLimits(kestrel, settings);
            if (settings.Listener is null)
                kestrel.Listen(settings.EndPoint, listen => Configure(listen, settings));
            else
                kestrel.ListenHandle(TakeOver(settings.Listener), listen => Configure(listen, settings));
        });
        var application = builder.Build();
        application.UseRouting();
        map(application);
        application.MapGrpcUnimplemented();
        await application.StartAsync(cancellationToken);
        if (settings.Listener is not null)
            return new GrpcServer(application, settings.EndPoint);
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new GrpcServer(application, new IPEndPoint(settings.EndPoint.Address, new Uri(address.Replace("[::]", "localhost", StringComparison.Ordinal)).Port));
    }

    /// <summary>Ends calls with UNAVAILABLE, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private static void Configure(ListenOptions listen, GrpcServerSettings settings)
    {
        listen.Protocols = HttpProtocols.Http2;
        if (settings.Tls is not null)
            listen.UseHttps(settings.Tls);
        settings.ConfigureListener?.Invoke(listen);
    }

    // From here on the server closes it.
    private static ulong TakeOver(Socket listener)
    {
        var handle = (ulong)listener.SafeHandle.DangerousGetHandle();
        listener.SafeHandle.SetHandleAsInvalid();
        return handle;
    }

    private static void ApplyLimits(KestrelServerOptions kestrel, GrpcServerSettings settings)
    {
        kestrel.AddServerHeader = false;
        // A proxy in front ends TLS, and the request still says https.
        kestrel.AllowAlternateSchemes = true;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxConcurrentConnections = settings.MaxConnections;
        kestrel.Limits.Http2.MaxStreamsPerConnection = settings.MaxStreamsPerConnection;
        kestrel.Limits.Http2.KeepAlivePingDelay = settings.KeepAlivePingDelay;
        kestrel.Limits.Http2.KeepAlivePingTimeout = settings.KeepAlivePingTimeout;
    }

    /// <summary>Signals belong to the program: the host's own lifetime would catch them.</summary>
    private sealed class ManualLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
