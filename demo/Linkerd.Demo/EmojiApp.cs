using System.Net;
using Emojivoto.V1;
using Linkerd.Grpc.AspNetCore;

namespace Linkerd.Demo;

/// <summary><c>linkerd-demo emoji</c>: which emoji there are, by gRPC.</summary>
internal static class EmojiApp
{
    public static async Task<int> RunAsync(DemoSettings settings, CancellationToken stop)
    {
        var port = settings.Port("GRPC_PORT", 8080);
        var metricsPort = settings.Port("PROM_PORT", 8801);
        if (Program.Refuses(settings))
            return Program.BadConfiguration;

        var metrics = new DemoMetrics();
        var options = GrpcApp.Options(metrics);
        var list = new ListAllEmojiResponse { List = { EmojiCatalog.All } };
        return await GrpcApp.ServeAsync("emoji", new IPEndPoint(IPAddress.Any, port), metricsPort, metrics, endpoints =>
        {
            endpoints.MapUnary(Services.ListAll, (_, _) => Task.FromResult(list), options);
            endpoints.MapUnary(Services.FindByShortcode, (request, _) => Task.FromResult(new FindByShortcodeResponse { Emoji = EmojiCatalog.Find(request.Shortcode) }), options);
        }, stop);
    }
}
