using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Linkerd.ControlPlane.Benchmark;

/// <summary>A process of the benchmark; what it writes goes to a file. Ends with this object.</summary>
internal sealed class Child : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _name;
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StreamWriter _log;

    private Child(Process process, string name, string log)
    {
        _process = process;
        _name = name;
        _log = new StreamWriter(log) { AutoFlush = true };
        Gauge = new ProcessGauge(process.Id);
        process.OutputDataReceived += (_, e) => Take(e.Data);
        process.ErrorDataReceived += (_, e) => Take(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public ProcessGauge Gauge { get; }

    public static Child Start(string folder, string name, string file, IReadOnlyList<string> arguments, IReadOnlyList<(string Name, string Value)>? environment = null)
    {
        if (file.EndsWith(".dll", StringComparison.Ordinal))
            (file, arguments) = ("dotnet", [file, .. arguments]);
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (variable, value) in environment ?? [])
            start.Environment[variable] = value;
        return new Child(Process.Start(start)!, name, Path.Combine(folder, name + ".log"));
    }

    /// <summary>The first line that says that it is ready.</summary>
    public async Task<string> WhenReadyAsync(TimeSpan limit)
    {
        var ended = _process.WaitForExitAsync();
        if (await Task.WhenAny(_ready.Task, ended).WaitAsync(limit) == ended)
            throw new InvalidOperationException($"{_name} ended with {_process.ExitCode}: see its log");
        return await _ready.Task;
    }

    /// <summary>Waits until the admin server of a component says that it is ready.</summary>
    public static async Task WhenServingAsync(int adminPort, TimeSpan limit)
    {
        using var http = new HttpClient();
        using var end = new CancellationTokenSource(limit);
        while (true)
        {
            try
            {
                if ((await http.GetAsync(new Uri($"http://127.0.0.1:{adminPort}/ready"), end.Token)).IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(10, end.Token);
        }
    }

    /// <summary>A port of the loopback address that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        await _log.DisposeAsync();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (_log)
            _log.WriteLine(line);
        if (line.StartsWith("ready ", StringComparison.Ordinal))
            _ready.TrySetResult(line);
    }
}
