using System.Diagnostics;
using System.Text;

namespace Linkerd.Interop;

/// <summary>A process of a foreign peer: bounded in time, and gone when disposed.</summary>
internal sealed class ForeignProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private ForeignProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
                _errors.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
    }

    public static ForeignProcess Start(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // What the peers say is compared as UTF-8.
            Environment = { ["PYTHONIOENCODING"] = "utf-8", ["NO_COLOR"] = "1" },
        };
        return new ForeignProcess(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start"));
    }

    /// <summary>The first line: what a server says once it listens.</summary>
    public async Task<string> ReadLineAsync()
    {
        using var deadline = new CancellationTokenSource(s_patience);
        return await _process.StandardOutput.ReadLineAsync(deadline.Token) ?? throw new InvalidOperationException($"{_process.StartInfo.FileName} ended early: {Errors}");
    }

    /// <summary>Waits for the end and fails unless it is a good one.</summary>
    public async Task<string> RunToEndAsync()
    {
        using var deadline = new CancellationTokenSource(s_patience);
        var output = _process.StandardOutput.ReadToEndAsync(deadline.Token);
        await _process.WaitForExitAsync(deadline.Token);
        Assert.True(_process.ExitCode == 0, $"{_process.StartInfo.FileName} exited with {_process.ExitCode}\n{await output}\n{Errors}");
        return await output;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private string Errors
    {
        get
        {
            lock (_errors)
                return _errors.ToString();
        }
    }
}
