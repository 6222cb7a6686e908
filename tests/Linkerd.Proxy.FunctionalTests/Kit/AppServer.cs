using System.Net;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>An application in a pod: answers every request with its method, path, version, headers and body, and serves test.Echo.</summary>
internal sealed class AppServer : IAsyncDisposable
{
    /// <summary>Sends as many messages as it is asked for, then breaks the stream off.</summary>
    public static readonly Method<byte[], byte[]> Dies = Echo.Make(MethodType.ServerStreaming, "Dies");

    private readonly WebApplication _application;

    private readonly Settings _settings;

    private AppServer(WebApplication application, Settings settings)
    {
        _application = application;
        _settings = settings;
    }

    /// <summary>Before every answer.</summary>
    public TimeSpan Delay
    {
        get => _settings.Delay;
        set => _settings.Delay = value;
    }

    /// <param name="pod">Where.</param>
    /// <param name="port">On which port.</param>
    /// <param name="protocols">HTTP/1, or HTTP/2 with prior knowledge.</param>
    /// <param name="address">Which of the pod's addresses; all IPv4 ones by default.</param>
    /// <param name="answer">Answers instead; null for what this class says.</param>
    /// <param name="health">Serves grpc.health.v1.Health, and nothing that is not gRPC.</param>
    public static async Task<AppServer> StartAsync(Pod pod, int port, HttpProtocols protocols = HttpProtocols.Http1, IPAddress? address = null, RequestDelegate? answer = null, bool health = false)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(1));
        var listener = pod.Namespace.Listen(new IPEndPoint(address ?? IPAddress.Any, port));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.ListenHandle((ulong)listener.SafeHandle.DangerousGetHandle(), listen => listen.Protocols = protocols);
            listener.SafeHandle.SetHandleAsInvalid();
        });
        var application = builder.Build();
        application.UseRouting();
        Echo.Map(application, null);
        if (health)
            new Linkerd.Grpc.AspNetCore.HealthService().Map(application);
        application.MapPost("/test.Echo/Dies", DieAsync);
        var settings = new Settings();
        if (!health)
            application.MapFallback("{**path}", answer ?? (context => AnswerAsync(pod, settings, context)));
        await application.StartAsync();
        return new AppServer(application, settings);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private static async Task DieAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        for (var i = 0; i < 3; i++)
            await context.Response.BodyWriter.WriteAsync(new byte[] { 0, 0, 0, 0, 1, (byte)i });
        await context.Response.BodyWriter.FlushAsync();
        context.Abort();
    }

    private static async Task AnswerAsync(Pod pod, Settings settings, HttpContext context)
    {
        if (settings.Delay > TimeSpan.Zero)
            await Task.Delay(settings.Delay);
        if (int.TryParse(context.Request.Query["status"], out var status))
            context.Response.StatusCode = status;
        context.Response.Headers["served-by"] = pod.Name;
        var head = $"{context.Request.Method} {context.Request.Path} {context.Request.Protocol}\n"
            + string.Concat(context.Request.Headers.SelectMany(h => h.Value.Select(v => $"{h.Key.ToLowerInvariant()}: {v}\n"))) + "\n";
        await context.Response.WriteAsync(head);
        await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private sealed class Settings
    {
        public TimeSpan Delay { get; set; }
    }
}
