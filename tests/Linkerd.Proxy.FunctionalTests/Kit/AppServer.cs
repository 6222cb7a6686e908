using System.Net;
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
    private readonly WebApplication _application;

    private AppServer(WebApplication application) => _application = application;

    /// <param name="pod">Where.</param>
    /// <param name="port">On which port.</param>
    /// <param name="protocols">HTTP/1, or HTTP/2 with prior knowledge.</param>
    /// <param name="address">Which of the pod's addresses; all IPv4 ones by default.</param>
    /// <param name="answer">Answers instead; null for what this class says.</param>
    public static async Task<AppServer> StartAsync(Pod pod, int port, HttpProtocols protocols = HttpProtocols.Http1, IPAddress? address = null, RequestDelegate? answer = null)
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
        application.MapFallback("{**path}", answer ?? (context => AnswerAsync(pod, context)));
        await application.StartAsync();
        return new AppServer(application);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private static async Task AnswerAsync(Pod pod, HttpContext context)
    {
        if (int.TryParse(context.Request.Query["status"], out var status))
            context.Response.StatusCode = status;
        context.Response.Headers["served-by"] = pod.Name;
        var head = $"{context.Request.Method} {context.Request.Path} {context.Request.Protocol}\n"
            + string.Concat(context.Request.Headers.SelectMany(h => h.Value.Select(v => $"{h.Key.ToLowerInvariant()}: {v}\n"))) + "\n";
        await context.Response.WriteAsync(head);
        await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
