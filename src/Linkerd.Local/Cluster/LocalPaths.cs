namespace Linkerd.Local.Cluster;

/// <summary>Where the embedded cluster keeps what: one folder of state, and a scratch file system that only its namespaces see.</summary>
public sealed class LocalPaths
{
    /// <summary>Longest path of a socket (<c>sun_path</c> less its terminator).</summary>
    private const int MaxSocketPath = 107;

    /// <summary>Uses the folder given.</summary>
    /// <exception cref="ClusterException">The path is too long for a socket, or below /run, which the cluster replaces.</exception>
    public LocalPaths(string home)
    {
        Home = Path.GetFullPath(home);
        if (NodeSocket.Length > MaxSocketPath)
            throw new ClusterException($"the state folder's path is too long for a socket ({NodeSocket.Length} bytes, at most {MaxSocketPath}): set LINKERD_LOCAL_HOME to a shorter one");
        if (Home.StartsWith("/run/", StringComparison.Ordinal) || Home.StartsWith("/var/run/", StringComparison.Ordinal))
            throw new ClusterException($"the state folder {Home} is below /run, which does not survive a reboot: set LINKERD_LOCAL_HOME to another one");
    }

    /// <summary>LINKERD_LOCAL_HOME, else <c>$XDG_STATE_HOME/linkerd-local</c>, else <c>~/.local/state/linkerd-local</c>.</summary>
    public static LocalPaths Default
    {
        get
        {
            if (Environment.GetEnvironmentVariable("LINKERD_LOCAL_HOME") is { Length: > 0 } home)
                return new LocalPaths(home);
            var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } xdg
                ? xdg
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
            return new LocalPaths(Path.Combine(state, "linkerd-local"));
        }
    }

    /// <summary>The folder itself.</summary>
    public string Home { get; }

    /// <summary>The API server's data.</summary>
    public string ApiData => Path.Combine(Home, "api");

    /// <summary>Logs and disk volumes of pods, by uid.</summary>
    public string Pods => Path.Combine(Home, "pods");

    /// <summary>Claims of pods, by namespace and name; they outlive the pods.</summary>
    public string Claims => Path.Combine(Home, "claims");

    /// <summary>Unpacked images.</summary>
    public string Images => Path.Combine(Home, "images");

    /// <summary>The administrator's kubeconfig.</summary>
    public string Kubeconfig => Path.Combine(Home, "kubeconfig");

    /// <summary>Host ports chosen at the first start, kept for the next.</summary>
    public string Ports => Path.Combine(Home, "ports");

    /// <summary>What exists only while the cluster runs.</summary>
    public string Run => Path.Combine(Home, "run");

    /// <summary>Id of the supervisor on the host and its start time, to tell it from a later process of the same id.</summary>
    public string PidFile => Path.Combine(Run, "supervisor");

    /// <summary>Steps of the start, one per line.</summary>
    public string Progress => Path.Combine(Run, "progress");

    /// <summary>Which port of this machine's loopback leads to each node port: lines of two numbers.</summary>
    public string Relays => Path.Combine(Run, "relays");

    /// <summary>The log of the cluster's own components.</summary>
    public string Log => Path.Combine(Home, "cluster.log");

    /// <summary>Where the inside of the namespaces is reached from the host.</summary>
    public string NodeSocket => Path.Combine(Run, "node.sock");

    /// <summary>Scratch inside the cluster's mount namespace: roots and volumes of containers.</summary>
    public static string Scratch => "/run/linkerd-local";
}
