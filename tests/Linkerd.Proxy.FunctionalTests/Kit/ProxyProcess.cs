using System.Diagnostics;
using System.Net;
using System.Text;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>A real proxy in a pod's namespace, under the proxy's uid.</summary>
internal sealed class ProxyProcess : IAsyncDisposable
{
    public const int Uid = 2102;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly string _name;
    private readonly StringBuilder _log = new();
    private readonly HttpClient _admin;

    private ProxyProcess(Process process, NetworkNamespace ns, string name)
    {
        _process = process;
        _name = name;
        _admin = new HttpClient(ns.HttpHandler()) { BaseAddress = new Uri("http://127.0.0.1:4191"), Timeout = s_patience };
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Its memory and descriptors.</summary>
    public ProcessFacts Facts => ProcessFacts.Of(Id);

    /// <summary>What it has logged so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <param name="ns">Where.</param>
    /// <param name="name">The pod's.</param>
    /// <param name="environment">All of it that concerns the proxy.</param>
    /// <param name="wrapper">A command that runs the proxy, such as <c>prlimit</c>; by default it is run directly.</param>
    public static ProxyProcess Start(NetworkNamespace ns, string name, IReadOnlyDictionary<string, string> environment, params string[] wrapper)
    {
        // setpriv replaces itself, as ip does: the process that is waited for is the proxy.
        var line = ns.Command(["setpriv", $"--reuid={Uid}", $"--regid={Uid}", "--clear-groups", .. wrapper, Binaries.Proxy]);
        var start = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_gcServer"] = "0";
        foreach (var (variable, value) in environment)
            start.Environment[variable] = value;
        return new ProxyProcess(Process.Start(start) ?? throw new InvalidOperationException("the proxy did not start"), ns, name);
    }

    /// <summary>Waits for <c>/ready</c>; fails at once when the proxy ends instead.</summary>
    public async Task WhenReadyAsync()
    {
        using var deadline = new CancellationTokenSource(s_patience);
        while (true)
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"the proxy of {_name} ended with {_process.ExitCode}\n{Log}");
            try
            {
                using var response = await _admin.GetAsync("/ready", deadline.Token);
                if (response.StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"the proxy of {_name} was not ready within {s_patience.TotalSeconds} s\n{Log}");
            }

            await Task.Delay(10, CancellationToken.None);
        }
    }

    /// <summary>It answers <c>/ready</c> with 200.</summary>
    public async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await _admin.GetAsync("/ready");
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Waits until memory and descriptors are what the scenario expects.</summary>
    public async Task WhenFactsAsync(Func<ProcessFacts, bool> condition, string what, double seconds = 20)
    {
        var from = Stopwatch.GetTimestamp();
        while (!condition(Facts))
        {
            if (Stopwatch.GetElapsedTime(from).TotalSeconds > seconds)
                Assert.Fail($"{_name}: {what}: {Facts}\n{Log}");
            await Task.Delay(50);
        }
    }

    /// <summary>The proxy's metrics as they are now.</summary>
    public async Task<Metrics> MetricsAsync() => Metrics.Parse(await _admin.GetStringAsync("/metrics"));

    /// <summary>Waits until the metrics say so.</summary>
    public async Task<Metrics> WhenMetricsAsync(Func<Metrics, bool> condition, string what)
    {
        var from = Stopwatch.GetTimestamp();
        while (true)
        {
            var metrics = await MetricsAsync();
            if (condition(metrics))
                return metrics;
            if (Stopwatch.GetElapsedTime(from) > TimeSpan.FromSeconds(10))
                Assert.Fail($"{_name}: the metrics never showed {what}:\n{metrics}\n{Log}");
            await Task.Delay(20);
        }
    }

    /// <summary>Ends it at once: the kernel closes what it had.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Asks it to stop, as Kubernetes does; its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await Shell.TryAsync("kill", "-TERM", $"{_process.Id}");
        return await ExitAsync();
    }

    /// <summary>Waits until it has ended; its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        using var deadline = new CancellationTokenSource(s_patience);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _admin.Dispose();
    }

    private void Append(string? line)
    {
        if (line is null)
            return;
        lock (_log)
            _log.AppendLine(line);
    }
}
