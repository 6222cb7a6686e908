using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;

namespace Linkerd.ControlPlane.Benchmark;

/// <summary>Every component at every scale, and a table.</summary>
internal sealed class Comparison(Options options)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    // Components give back garbage when they have had little to do for some seconds.
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(8);

    private readonly string _folder = Directory.CreateTempSubdirectory("control-plane-benchmark-").FullName;
    private readonly JsonArray _results = [];

    public async Task RunAsync()
    {
        Console.WriteLine($"logs in {_folder}");
        foreach (var scale in options.Scales)
        {
            Console.WriteLine($"\n{scale}");
            var kubeconfig = Path.Combine(_folder, "kubeconfig");
            await using var server = Child.Start(_folder, "api-server", Environment.ProcessPath!, ["--api-server", kubeconfig, "--scale", $"{scale.Services}x{scale.EndpointsPerService}x{scale.Proxies}x{scale.TargetsPerProxy}"]);
            await server.WhenReadyAsync(s_limit);
            using var client = new KubernetesClient(KubernetesConfig.Load(kubeconfig));
            foreach (var name in options.Components.Where(static c => c != AdmissionRun.Name))
                await RunAsync(scale, name == "policy" ? new PolicyRun(scale, client) : new DestinationRun(scale, client), server, kubeconfig);
            // What an admission costs does not depend on the size of the cluster.
            if (options.Components.Contains(AdmissionRun.Name) && scale == options.Scales[0])
                _results.Add(await new AdmissionRun(options, client, _folder).RunAsync(server, kubeconfig));
        }

        if (options.Json is { } file)
            await File.WriteAllTextAsync(file, Result().ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    private async Task RunAsync(Scale scale, IComponentRun run, Child server, string kubeconfig)
    {
        var (port, admin) = (Child.FreePort(), Child.FreePort());
        var started = Stopwatch.GetTimestamp();
        await using var component = Child.Start(_folder, run.Name, options.Controller, [run.Name, .. run.Arguments(port, admin), "--kubeconfig", kubeconfig], options.Environment);
        await Child.WhenServingAsync(admin, s_limit);
        var cold = Stopwatch.GetElapsedTime(started).TotalSeconds;
        // What was garbage after the lists is not what it costs to run.
        await Task.Delay(s_settle);
        var idle = component.Gauge.ResidentMiB;
        var result = new JsonObject
        {
            ["component"] = run.Name,
            ["services"] = scale.Services,
            ["endpoints"] = scale.Endpoints,
            ["proxies"] = scale.Proxies,
            ["change"] = run.Change,
            ["coldStartSeconds"] = Rounded(cold),
            ["coldStartCpuSeconds"] = Rounded(component.Gauge.CpuSeconds),
            ["residentMiBIdle"] = Rounded(idle),
        };
        _results.Add(result);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {run.Name}: ready after {cold:0.00} s (CPU {component.Gauge.CpuSeconds:0.00} s), {idle:0.0} MiB"));
        await using var streams = new ProxyStreams($"http://127.0.0.1:{port}", options.Connections);
        started = Stopwatch.GetTimestamp();
        var count = run.Open(streams);
        while (streams.Opened < count && Stopwatch.GetElapsedTime(started) < s_limit && streams.Ended == 0)
            await Task.Delay(10);
        if (streams.Opened < count)
            throw new InvalidOperationException($"{streams.Opened} of {count} streams were opened: {streams.LastEnd}");
        var opening = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await Task.Delay(s_settle);
        var loaded = component.Gauge.ResidentMiB;
        result["streams"] = count;
        result["streamsOpenedSeconds"] = Rounded(opening);
        result["residentMiBWithStreams"] = Rounded(loaded);
        result["kibPerStream"] = Rounded((loaded - idle) * 1024 / count);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {count} streams in {opening:0.0} s, {loaded:0.0} MiB, {(loaded - idle) * 1024 / count:0.0} KiB each"));
        var rates = new JsonArray();
        result["rates"] = rates;
        foreach (var rate in options.Rates)
            rates.Add(await HoldAsync(run, rate, component, server, streams));
        result["residentMiBPeak"] = Rounded(component.Gauge.PeakMiB);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    peak {component.Gauge.PeakMiB:0.0} MiB"));
    }

    private async Task<JsonObject> HoldAsync(IComponentRun run, int rate, Child component, Child server, ProxyStreams streams)
    {
        run.Heard.Take();
        run.Written.Take();
        var cpu = (component.Gauge.CpuSeconds, server.Gauge.CpuSeconds, ProcessGauge.Own.CpuSeconds);
        var from = Stopwatch.GetTimestamp();
        var made = 0;
        var writing = new List<Task>();
        while (Stopwatch.GetElapsedTime(from) is var elapsed && elapsed.TotalSeconds < options.Seconds)
        {
            for (; made < elapsed.TotalSeconds * rate; made++)
                writing.Add(run.ChangeAsync());
            writing.RemoveAll(static w => w.IsCompletedSuccessfully);
            await Task.Delay(1);
        }

        await Task.WhenAll(writing);
        var wrote = Stopwatch.GetElapsedTime(from).TotalSeconds;
        // Until nothing more comes: what is coalesced never does.
        for (var (seen, quiet) = (-1, 0); quiet < 10 && Stopwatch.GetElapsedTime(from) < s_limit; await Task.Delay(100))
            (seen, quiet) = run.Heard.Count is var now && now == seen ? (seen, quiet + 1) : (now, 0);
        var (heard, at) = run.Heard.Take(0.5, 0.99, 1);
        var (_, written) = run.Written.Take(0.5, 0.99);
        double Share(double before, double after) => (after - before) / wrote;
        var result = new JsonObject
        {
            ["changesPerSecond"] = rate,
            ["changesPerSecondReached"] = Rounded(made / wrote),
            ["updates"] = heard,
            ["updatesOfAllChanges"] = (long)made * run.ListenersOfAChange,
            ["p50Ms"] = Rounded(at[0]),
            ["p99Ms"] = Rounded(at[1]),
            ["maxMs"] = Rounded(at[2]),
            ["writeP50Ms"] = Rounded(written[0]),
            ["writeP99Ms"] = Rounded(written[1]),
            ["componentCores"] = Rounded(Share(cpu.Item1, component.Gauge.CpuSeconds)),
            ["apiServerCores"] = Rounded(Share(cpu.Item2, server.Gauge.CpuSeconds)),
            ["loadCores"] = Rounded(Share(cpu.Item3, ProcessGauge.Own.CpuSeconds)),
            ["streamsLost"] = streams.Ended,
            ["residentMiB"] = Rounded(component.Gauge.ResidentMiB),
        };
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"    {rate,5}/s (reached {made / wrote,6:0}): p50 {at[0],7:0.0} ms, p99 {at[1],7:0.0} ms (of it the write {written[0]:0.0} and {written[1]:0.0}), {heard} updates of {made * (long)run.ListenersOfAChange}; cores: {run.Name} {Share(cpu.Item1, component.Gauge.CpuSeconds):0.00}, API server {Share(cpu.Item2, server.Gauge.CpuSeconds):0.00}, proxies {Share(cpu.Item3, ProcessGauge.Own.CpuSeconds):0.00}; {component.Gauge.ResidentMiB:0.0} MiB{(streams.Ended > 0 ? $"; {streams.Ended} streams lost: {streams.LastEnd}" : "")}"));
        return result;
    }

    internal static double Rounded(double value) => double.IsFinite(value) ? Math.Round(value, 3) : 0;

    private JsonObject Result() => new()
    {
        ["machine"] = new JsonObject { ["cpus"] = Environment.ProcessorCount, ["os"] = Environment.OSVersion.VersionString },
        ["secondsPerRate"] = options.Seconds,
        ["connections"] = options.Connections,
        ["results"] = _results.DeepClone(),
    };
}
