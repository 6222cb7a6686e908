using Linkerd.Local.Images;

namespace Linkerd.Local.Runtime;

/// <summary>Everything decided about one start of one container.</summary>
internal sealed record LaunchPlan
{
    /// <summary>Scratch folder of this start.</summary>
    public required string Folder { get; init; }

    /// <summary>Name of the network namespace below /run/netns, or null for the node's own.</summary>
    public string? NetworkName { get; init; }

    /// <summary>The host name inside.</summary>
    public required string HostName { get; init; }

    /// <summary>The root.</summary>
    public required ContainerImage Image { get; init; }

    /// <summary>Program and arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Variables; the process has no others.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }

    /// <summary>Working folder.</summary>
    public string WorkingFolder { get; init; } = "/";

    /// <summary>Who it runs as and what it may.</summary>
    public required ContainerPrivileges Privileges { get; init; }

    /// <summary>Volumes and files.</summary>
    public IReadOnlyList<MountPlan> Mounts { get; init; } = [];

    /// <summary>Files to put into /etc: hosts, resolv.conf, hostname.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> EtcFiles { get; init; } = [];

    /// <summary>Whether nothing outside of volumes can be written.</summary>
    public bool ReadOnlyRoot { get; init; }

    /// <summary>The root as the cluster's mount namespace names it.</summary>
    public string Root => Path.Combine(Folder, "root");

    /// <summary>Where the container's process id (in the cluster's pid namespace) is written.</summary>
    public string PidFile => Path.Combine(Folder, "pid");

    /// <summary>Made just before the program starts: what ends without it never ran.</summary>
    public string StartedFile => Path.Combine(Folder, "started");

    /// <summary>The launcher.</summary>
    public string Script => Path.Combine(Folder, "launch");
}
