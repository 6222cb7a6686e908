using System.Runtime.InteropServices;
using Linkerd.Demo.Books;

namespace Linkerd.Demo;

/// <summary>The demo applications emojivoto and booksapp: one binary, eight roles.</summary>
internal static class Program
{
    public const int BadConfiguration = 64;

    private const string Help = """
        linkerd-demo ROLE: small applications to watch through the mesh

        ROLE      serves                              environment (default)
        web       the page and its API over HTTP      WEB_PORT (8080), EMOJISVC_HOST (emoji-svc.emojivoto:8080),
                                                      VOTINGSVC_HOST (voting-svc.emojivoto:8080), MESSAGE_OF_THE_DAY, PROM_PORT (off)
        emoji     emojivoto.v1.EmojiService by gRPC   GRPC_PORT (8080), PROM_PORT (8801)
        voting    emojivoto.v1.VotingService by gRPC  GRPC_PORT (8080), PROM_PORT (8801), FAILURE_RATE of doughnut votes (1), ARTIFICIAL_DELAY (none)
        vote-bot  nothing; votes                      WEB_HOST (web-svc.emojivoto:80), HOST_OVERRIDE, REQUEST_RATE a second (1), TTL (for ever)

        webapp    pages of authors and books          PORT (7000), AUTHORS_SITE (http://authors:7001), BOOKS_SITE (http://books:7002)
        authors   authors as JSON                     PORT (7001), FAILURE_RATE of HEAD requests (0)
        books     books as JSON                       PORT (7002), AUTHORS_SITE, WRITE_DELAY that a change takes at most (none)
        traffic   nothing; reads and writes           WEBAPP_SITE (http://webapp:7000), SLEEP between requests (100ms), INITIAL_DELAY (none)
        """;

    public static async Task<int> Main(string[] args)
    {
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        var settings = new DemoSettings(Environment.GetEnvironmentVariable);
        switch (args is [var role] ? role : "")
        {
            case "web":
                return await WebApp.RunAsync(settings, stop.Token);
            case "emoji":
                return await EmojiApp.RunAsync(settings, stop.Token);
            case "voting":
                return await VotingApp.RunAsync(settings, stop.Token);
            case "vote-bot":
                return await VoteBotApp.RunAsync(settings, stop.Token);
            case "webapp":
                return await BooksWebApp.RunAsync(settings, stop.Token);
            case "authors":
                return await AuthorsApp.RunAsync(settings, stop.Token);
            case "books":
                return await BooksApp.RunAsync(settings, stop.Token);
            case "traffic":
                return await TrafficApp.RunAsync(settings, stop.Token);
            case "-h" or "--help" or "help":
                Console.WriteLine(Help);
                return 0;
            default:
                Console.Error.WriteLine(Help);
                return BadConfiguration;
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Lists what is wrong with the settings, if anything is.</summary>
    public static bool Refuses(DemoSettings settings)
    {
        foreach (var error in settings.Errors)
            Console.Error.WriteLine(error);
        return settings.Errors.Count > 0;
    }

    /// <summary>Waits for a signal.</summary>
    public static async Task UntilStopped(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(stopped.SetResult);
        await stopped.Task;
    }
}
