using Linkerd.Local.Runtime;

namespace Linkerd.Local.Cluster;

/// <summary>Looks for everything the cluster needs of this machine before anything is started.</summary>
public static class Preflight
{
    private const int NeededIds = 65_536;
    private static readonly string[] Tools = ["unshare", "nsenter", "setpriv", "mount", "ip", "iptables-restore", "hostname", "chroot", "env", "sh"];
    private static readonly string[] UserTools = ["newuidmap", "newgidmap"];

    /// <summary>Whether the caller is root.</summary>
    public static bool IsRoot => Native.EffectiveUser() == 0;

    /// <summary>All that is missing, each with the remedy; empty when the cluster can start.</summary>
    public static IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (!OperatingSystem.IsLinux())
            return ["linkerd local needs Linux: it is made of Linux namespaces"];
        var tools = IsRoot ? Tools : [.. Tools, .. UserTools];
        var missing = tools.Where(static t => !Tool.Exists(t)).ToList();
        if (missing.Count != 0)
            problems.Add($"missing: {string.Join(", ", missing)}; install the packages util-linux, iproute2, iptables, hostname and uidmap (apt-get install -y util-linux iproute2 iptables hostname uidmap)");
        if (!IsRoot)
            AddUserProblems(problems);
        return problems;
    }

    private static void AddUserProblems(List<string> problems)
    {
        if (Read("/proc/sys/user/max_user_namespaces") == "0" || Read("/proc/sys/kernel/unprivileged_userns_clone") == "0")
            problems.Add("this machine does not let ordinary users make user namespaces: run as root, or sysctl -w user.max_user_namespaces=15000 kernel.unprivileged_userns_clone=1");
        foreach (var file in (string[])["/etc/subuid", "/etc/subgid"])
        {
            if (Range(file) < NeededIds)
                problems.Add($"{Environment.UserName} has no range of {NeededIds} ids in {file}: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {Environment.UserName}, or run as root");
        }
    }

    private static int Range(string file)
    {
        if (!File.Exists(file))
            return 0;
        foreach (var line in File.ReadLines(file))
        {
            if (line.Split(':') is [var user, _, var count] && user == Environment.UserName && int.TryParse(count, out var size) && size >= NeededIds)
                return size;
        }

        return 0;
    }

    private static string? Read(string file) => File.Exists(file) ? File.ReadAllText(file).Trim() : null;
}
