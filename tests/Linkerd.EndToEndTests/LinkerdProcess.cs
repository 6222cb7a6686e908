using System.Collections.Concurrent;
using System.Diagnostics;
using Linkerd.Testing;

namespace Linkerd.EndToEndTests;

/// <summary>A command of the CLI that runs until it is ended, and what it has written so far.</summary>
internal sealed class LinkerdProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly string _what;

    private LinkerdProcess(string file, string what, IReadOnlyList<string> args)
    {
        _what = what;
        _process = Process.Start(new ProcessStartInfo(file, args) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += (_, e) => Add(e.Data);
        _process.ErrorDataReceived += (_, e) => Add(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The lines so far, those of standard error among them.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>Starts a command.</summary>
    public static LinkerdProcess Start(params string[] args) => new("dotnet", $"linkerd {string.Join(' ', args)}", [LinkerdCli.Assembly, .. args]);

    /// <summary>Starts a command on a terminal of its own (util-linux' script), as a user sees it.</summary>
    public static LinkerdProcess StartOnTerminal(params string[] args) =>
        new("script", $"linkerd {string.Join(' ', args)}", ["-qefc", $"stty cols 160 rows 40; exec dotnet {LinkerdCli.Assembly} {string.Join(' ', args)}", "/dev/null"]);

    /// <summary>Waits for a line.</summary>
    public async Task<string> LineAsync(Func<string, bool> wanted, string what, double seconds = 60)
    {
        try
        {
            await Eventually.TrueAsync(() => _lines.Any(wanted) || _process.HasExited, what, seconds);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{_what}: {e.Message}; it wrote:\n{string.Join('\n', _lines)}", e);
        }

        return _lines.FirstOrDefault(wanted) ?? throw new InvalidOperationException($"{_what} ended without {what}; it wrote:\n{string.Join('\n', _lines)}");
    }

    /// <summary>Writes to its standard input.</summary>
    public void Type(string text)
    {
        _process.StandardInput.Write(text);
        _process.StandardInput.Flush();
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync(double seconds = 30)
    {
        await Eventually.TrueAsync(() => _process.HasExited, $"the end of {_what}", seconds);
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Add(string? line)
    {
        if (line is not null)
            _lines.Enqueue(line);
    }
}
