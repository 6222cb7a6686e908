using System.Net;
using Microsoft.AspNetCore.Routing;

namespace Linkerd.Demo.Books;

/// <summary>What the three servers of booksapp share.</summary>
internal static class BooksHost
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    /// <summary>Serves until a signal.</summary>
    public static async Task<int> ServeAsync(string name, int port, Action<IEndpointRouteBuilder> map, CancellationToken stop)
    {
        await using var server = HttpHost.Build(new IPEndPoint(IPAddress.Any, port));
        map(server);
        await server.StartAsync(stop);
        Console.WriteLine($"{name}: HTTP on :{port}");
        await Program.UntilStopped(stop);
        Console.WriteLine($"{name}: stopping");
        await server.StopAsync(CancellationToken.None);
        return 0;
    }

    /// <summary>A client of another service of booksapp; redirects are answers.</summary>
    public static HttpClient Client(string site) =>
        new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null }) { BaseAddress = new Uri(site), Timeout = s_timeout };
}
