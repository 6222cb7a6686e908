using System.Runtime.InteropServices;

namespace Linkerd.Demo;

/// <summary>The demo application: one binary, four roles.</summary>
internal static class Program
{
    public const int BadConfiguration = 64;

    private const string Help = """
        linkerd-demo ROLE: a small application to watch through the mesh

        ROLE      serves                              environment (default)
        web       the page and its API over HTTP      WEB_PORT (8080), EMOJISVC_HOST (emoji-svc.emojivoto:8080),
                                                      VOTINGSVC_HOST (voting-svc.emojivoto:8080), MESSAGE_OF_THE_DAY, PROM_PORT (off)
        emoji     emojivoto.v1.EmojiService by gRPC   GRPC_PORT (8080), PROM_PORT (8801)
        voting    emojivoto.v1.VotingService by gRPC  GRPC_PORT (8080), PROM_PORT (8801), FAILURE_RATE of doughnut votes (1), ARTIFICIAL_DELAY (none)
        vote-bot  nothing; votes                      WEB_HOST (web-svc.emojivoto:80), HOST_OVERRIDE, REQUEST_RATE a second (1), TTL (for ever)
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
