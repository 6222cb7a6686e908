using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Linkerd.Local.Auth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Linkerd.Local.Api;

/// <summary>Owns the listeners and the parts behind them.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(2);
    private readonly WebApplication _app;

    private ApiHost(ApiCore core, WebApplication app)
    {
        Core = core;
        _app = app;
    }

    public ApiCore Core { get; }

    public Uri HttpsAddress { get; private set; } = null!;

    public Uri? HttpAddress { get; private set; }

    public static async Task<ApiHost> StartAsync(ApiServerOptions options, CancellationToken cancellation)
    {
        var pki = Pki.Open(options);
        var core = new ApiCore(options, pki);
        var host = new ApiHost(core, BuildApplication(options, pki));
        await new Bootstrap(core).RunAsync();
        host._app.Run(new ApiDispatcher(core).HandleAsync);
        await host._app.StartAsync(cancellation);
        foreach (var address in host._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses)
        {
            if (address.StartsWith("https:", StringComparison.Ordinal)) host.HttpsAddress ??= new Uri(address);
            else host.HttpAddress = new Uri(address);
        }
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        // Watches end first: the listener waits for the requests that it still serves.
        Core.Store.Dispose();
        using var limit = new CancellationTokenSource(StopWithin);
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
        Core.Dispose();
        Core.Pki.Dispose();
    }

    private static WebApplication BuildApplication(ApiServerOptions options, Pki pki)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        if (options.LoggerFactory is { } loggers) builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(3);
            foreach (var endpoint in options.HttpsEndPoints)
                kestrel.Listen(endpoint, listen => listen.UseHttps(Https(options, pki)));
            if (options.HttpEndPoint is { } plain)
            {
                if (!IPAddress.IsLoopback(plain.Address))
                    throw new ArgumentException($"HttpEndPoint {plain}: only a loopback address may be served without TLS");
                kestrel.Listen(plain, listen => listen.Protocols = HttpProtocols.Http1AndHttp2);
            }
        });
        return builder.Build();
    }

    // Any client certificate passes the handshake: who it is, and whether our authority signed it, is decided by the authenticator,
    // which can answer 401 with a Status instead of a broken connection.
    private static HttpsConnectionAdapterOptions Https(ApiServerOptions options, Pki pki) => new()
    {
        ServerCertificate = pki.IssueServer(options),
        ClientCertificateMode = ClientCertificateMode.AllowCertificate,
        ClientCertificateValidation = static (X509Certificate2 _, X509Chain? _, SslPolicyErrors _) => true,
    };
}
