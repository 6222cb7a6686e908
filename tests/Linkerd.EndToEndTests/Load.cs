using System.Globalization;
using System.Text;
using Linkerd.Testing;

namespace Linkerd.EndToEndTests;

/// <summary>
/// One request after the other from the client's pod to an address of <c>fleet</c>, counted until <see cref="StopAsync"/>. Of each failure it keeps when
/// it came, how long it took, what was said, and the head and body of the answer to the same request asked once more at that moment.
/// </summary>
internal sealed class Load
{
    private static readonly string[] s_deployments = ["client", "fleet"];

    private readonly string _file;
    private readonly Task<string> _running;
    private readonly DateTime _begun = DateTime.UtcNow;
    private readonly List<(DateTime At, string What)> _phases = [];

    private Load(string url)
    {
        _file = $"/tmp/load-{Guid.NewGuid():N}";
        var host = new Uri(url).Host;
        // wget -T of Debian's busybox crashes; the counts are renamed into place so that a reader finds whole ones.
        var again = $"printf 'GET / HTTP/1.0\\r\\nhost: {host}\\r\\n\\r\\n' | timeout 5 nc {host} 80 2>&1 | head -n 12 | tr -d '\\r' | tr '\\n' '|'";
        var loop = $"ok=0; bad=0; while [ ! -e {_file}.stop ]; do read from _ </proc/uptime; if timeout 5 wget -qO- {url} >/dev/null 2>{_file}.said; then ok=$((ok+1)); "
            + $"else code=$?; bad=$((bad+1)); read to _ </proc/uptime; echo \"$(date -u +%H:%M:%S) code $code from $from to $to: $(cat {_file}.said) then $({again})\" >>{_file}.bad; fi; "
            + $"echo $ok $bad >{_file}.new; mv {_file}.new {_file}; done";
        _running = Task.Run(() => MeshFixture.InClient(loop));
    }

    /// <summary>Starts, and waits until requests have succeeded.</summary>
    public static async Task<Load> StartAsync(string url)
    {
        var load = new Load(url);
        await load.SucceedAsync(20);
        return load;
    }

    /// <summary>Notes what happens from now on, for the report of a failure.</summary>
    public void Enter(string phase) => _phases.Add((DateTime.UtcNow, $"{phase} (after {Counts().Succeeded} answers)"));

    /// <summary>Waits until so many more requests have succeeded.</summary>
    public async Task SucceedAsync(int more)
    {
        var from = Counts().Succeeded;
        try
        {
            await Eventually.TrueAsync(() => _running.IsFaulted || Counts().Succeeded >= from + more, $"{more} more answers", 60);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\n{Report()}", e);
        }
    }

    /// <summary>Ends it.</summary>
    public async Task<(int Succeeded, int Failed)> StopAsync()
    {
        MeshFixture.InClient($"touch {_file}.stop");
        await _running;
        return Counts();
    }

    /// <summary>Ends it. Where more than <paramref name="most"/> requests failed the message has each of them, the phases, and what the proxies logged and counted.</summary>
    public async Task StopAndAssertAsync(int most = 0)
    {
        var (succeeded, failed) = await StopAsync();
        if (failed > most)
            Assert.Fail($"{failed} of {succeeded + failed} requests failed\n{Report()}");
    }

    private string Report()
    {
        var text = new StringBuilder();
        foreach (var (at, what) in _phases)
            text.Append(CultureInfo.InvariantCulture, $"{at:HH:mm:ss.fff} {what}\n");
        text.Append("failures (times of the client's clock, seconds of its uptime):\n").Append(MeshFixture.InClient($"head -n 100 {_file}.bad 2>/dev/null || true"));
        var since = _begun.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        foreach (var app in s_deployments)
        {
            foreach (var pod in MeshFixture.Pods(app).Select(static p => p["metadata"]!["name"]!.GetValue<string>()))
            {
                text.Append(CultureInfo.InvariantCulture, $"--- log of the proxy of {pod}\n")
                    .Append(Kubectl.Try(null, "-n", MeshFixture.Namespace, "logs", pod, "-c", "linkerd-proxy", "--timestamps", "--since-time", since).Output)
                    .Append(CultureInfo.InvariantCulture, $"--- metrics of the proxy of {pod}\n")
                    .AppendJoin('\n', Metrics(pod).Where(Tells)).Append('\n');
            }
        }

        text.Append(Kubectl.Try(null, "-n", MeshFixture.Namespace, "get", "pods", "-o", "wide").Output).Append(Kubectl.Try(null, "-n", "linkerd", "get", "pods", "-o", "wide").Output)
            .Append(Kubectl.Try(null, "-n", MeshFixture.Namespace, "get", "events", "--sort-by=.lastTimestamp").Output);
        return text.ToString();
    }

    private static string[] Metrics(string pod) =>
        Kubectl.Try(null, "get", "--raw", $"/api/v1/namespaces/{MeshFixture.Namespace}/pods/{pod}:4191/proxy/metrics").Output.Split('\n');

    private static bool Tells(string line) =>
        !line.StartsWith('#') && !line.Contains("_bucket{", StringComparison.Ordinal)
        && (line.Contains("error", StringComparison.Ordinal) || line.Contains("balancer", StringComparison.Ordinal) || line.StartsWith("control_", StringComparison.Ordinal)
            || line.StartsWith("response_total", StringComparison.Ordinal) || line.Contains("_statuses_total", StringComparison.Ordinal) || line.StartsWith("tcp_close_total", StringComparison.Ordinal));

    private (int Succeeded, int Failed) Counts()
    {
        var words = MeshFixture.InClient($"cat {_file} 2>/dev/null || echo 0 0").Split(' ', StringSplitOptions.TrimEntries);
        return (int.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture));
    }
}
