using System.CommandLine;
using Linkerd.Cli.Commands.Viz.Tap;

namespace Linkerd.Cli.Commands.Viz.Top;

/// <summary><c>linkerd viz top</c>: live requests added up, on a screen that repaints itself.</summary>
internal sealed class TopCommand : CliCommand
{
    private const string EnterScreen = "\x1b[?1049h\x1b[?25l";
    private const string LeaveScreen = "\x1b[?25h\x1b[?1049l";
    private const string Home = "\x1b[H";
    private const string ClearLine = "\x1b[K";
    private const string ClearBelow = "\x1b[J";
    private const int ScrollColumns = 10;
    private static readonly TimeSpan Repaint = TimeSpan.FromMilliseconds(100);

    private readonly TapFilters _filters = new();
    private readonly Option<bool> _hideSources = new("--hide-sources") { Description = "Hide the source column" };
    private readonly Option<bool> _routes = new("--routes") { Description = "Display data per route instead of per path" };

    public TopCommand(ITerminal terminal)
        : base("top", "Display sorted information about live traffic\n\n  linkerd viz top deploy/web -n emojivoto", terminal)
    {
        _filters.AddTo(this);
        Options.Add(_hideSources);
        Options.Add(_routes);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (!Terminal.InputIsInteractive || Console.IsOutputRedirected)
            throw new CliException("top paints a screen and needs an interactive terminal; for a pipe use: linkerd viz tap");
        using var client = GlobalOptions.Connect(arguments);
        var request = _filters.Request(arguments, client.Config.Namespace, headers: false);
        var table = new TopTable(arguments.GetValue(_hideSources), arguments.GetValue(_routes));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var gate = new Lock();
        var reading = ReadAsync();
        await Terminal.Out.WriteAsync(EnterScreen);
        try
        {
            await PaintAsync(table, gate, reading, stop.Token);
        }
        finally
        {
            await Terminal.Out.WriteAsync(LeaveScreen);
            await Terminal.Out.FlushAsync(CancellationToken.None);
            await stop.CancelAsync();
        }

        try
        {
            await reading;
        }
        catch (OperationCanceledException)
        {
            // Ended by the key.
        }

        return ExitCodes.Success;

        async Task ReadAsync()
        {
            await foreach (var tap in TapClient.RunAsync(client, request, stop.Token))
            {
                lock (gate)
                    table.Add(tap);
            }
        }
    }

    private async Task PaintAsync(TopTable table, Lock gate, Task reading, CancellationToken cancel)
    {
        var (down, right) = (0, 0);
        using var timer = new PeriodicTimer(Repaint);
        while (!reading.IsCompleted && await timer.WaitForNextTickAsync(cancel))
        {
            while (Console.KeyAvailable)
            {
                switch (Console.ReadKey(intercept: true).Key)
                {
                    case ConsoleKey.Q:
                        return;
                    case ConsoleKey.LeftArrow or ConsoleKey.A:
                        right = Math.Max(0, right - ScrollColumns);
                        break;
                    case ConsoleKey.RightArrow or ConsoleKey.D:
                        right += ScrollColumns;
                        break;
                    case ConsoleKey.UpArrow:
                        down = Math.Max(0, down - 1);
                        break;
                    case ConsoleKey.DownArrow:
                        down++;
                        break;
                }
            }

            string screen;
            lock (gate)
                screen = table.Render(Console.WindowWidth, Console.WindowHeight, down, right);
            await Terminal.Out.WriteAsync(Home + screen.Replace("\n", ClearLine + "\n", StringComparison.Ordinal) + ClearBelow);
            await Terminal.Out.FlushAsync(cancel);
        }
    }
}
