using Linkerd.Testing;

namespace Linkerd.EndToEndTests;

/// <summary>One request after the other from the client's pod to an address, counted until <see cref="StopAsync"/>.</summary>
internal sealed class Load
{
    private readonly string _file;
    private readonly Task<string> _running;

    private Load(string url)
    {
        _file = $"/tmp/load-{Guid.NewGuid():N}";
        // wget -T of Debian's busybox crashes; the counts are renamed into place so that a reader finds whole ones.
        var loop = $"ok=0; bad=0; while [ ! -e {_file}.stop ]; do if timeout 5 wget -qO- {url} >/dev/null 2>&1; then ok=$((ok+1)); else bad=$((bad+1)); fi; "
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

    /// <summary>Waits until so many more requests have succeeded.</summary>
    public async Task SucceedAsync(int more)
    {
        var from = Counts().Succeeded;
        await Eventually.TrueAsync(() => _running.IsFaulted || Counts().Succeeded >= from + more, $"{more} more answers", 60);
    }

    /// <summary>Ends it.</summary>
    public async Task<(int Succeeded, int Failed)> StopAsync()
    {
        MeshFixture.InClient($"touch {_file}.stop");
        await _running;
        return Counts();
    }

    private (int Succeeded, int Failed) Counts()
    {
        var words = MeshFixture.InClient($"cat {_file} 2>/dev/null || echo 0 0").Split(' ', StringSplitOptions.TrimEntries);
        return (int.Parse(words[0]), int.Parse(words[1]));
    }
}
