using System.Globalization;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Images;

namespace Linkerd.Local.Runtime;

/// <summary>User, groups and capabilities of a container, from its own security context, the pod's and the image.</summary>
internal sealed record ContainerPrivileges(uint User, uint Group, IReadOnlyList<uint> Groups, IReadOnlyList<string> Bounding, IReadOnlyList<string> Ambient, bool All, bool NoNewPrivileges)
{
    // What other container engines leave a container by default.
    private static readonly string[] DefaultCapabilities =
    [
        "chown", "dac_override", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "net_bind_service", "net_raw", "sys_chroot", "mknod",
        "audit_write", "setfcap",
    ];

    /// <summary>Decides.</summary>
    /// <exception cref="PodSpecException">The container must not run as root but would.</exception>
    public static ContainerPrivileges Of(PodSpec pod, Container container, ContainerImage image)
    {
        var own = container.SecurityContext;
        var shared = pod.SecurityContext;
        var (imageUser, imageGroup) = ParseUser(image.User);
        var user = own?.RunAsUser ?? shared?.RunAsUser ?? imageUser;
        var group = own?.RunAsGroup ?? shared?.RunAsGroup ?? (own?.RunAsUser ?? shared?.RunAsUser) switch { null => imageGroup, _ => 0 };
        if (user == 0 && (own?.RunAsNonRoot ?? shared?.RunAsNonRoot) == true)
            throw new PodSpecException("container has runAsNonRoot and image will run as root");
        var groups = new List<uint>();
        if (shared?.FsGroup is { } fsGroup)
            groups.Add((uint)fsGroup);
        groups.AddRange((shared?.SupplementalGroups ?? []).Select(static g => (uint)g));
        if (own?.Privileged == true)
            return new((uint)user, (uint)group, groups, [], [], All: true, NoNewPrivileges: false);

        var bounding = new HashSet<string>(DefaultCapabilities, StringComparer.Ordinal);
        foreach (var name in (own?.Capabilities?.Drop ?? []).Select(Normalize))
        {
            if (name == "all")
                bounding.Clear();
            else
                bounding.Remove(name);
        }

        // An image here carries no file capabilities, so what is added for a user other than root must be ambient to have any effect.
        var added = (own?.Capabilities?.Add ?? []).Select(Normalize).ToList();
        var all = added.Remove("all");
        bounding.UnionWith(added);
        return new((uint)user, (uint)group, groups, [.. bounding.Order(StringComparer.Ordinal)], user == 0 ? [] : added, all, own?.AllowPrivilegeEscalation == false);
    }

    /// <summary>The arguments of setpriv.</summary>
    public IEnumerable<string> SetprivArguments(bool switchUser, params IReadOnlyList<string> alsoBounding)
    {
        if (switchUser)
        {
            yield return "--reuid=" + User.ToString(CultureInfo.InvariantCulture);
            yield return "--regid=" + Group.ToString(CultureInfo.InvariantCulture);
            yield return Groups.Count == 0 ? "--clear-groups" : "--groups=" + string.Join(',', Groups);
        }

        if (!All)
        {
            yield return "--bounding-set=-all" + string.Concat(Bounding.Union(alsoBounding).Select(static c => ",+" + c));
            yield return "--inh-caps=-all" + string.Concat(Ambient.Select(static c => ",+" + c));
            if (Ambient.Count != 0 && switchUser)
                yield return "--ambient-caps=-all" + string.Concat(Ambient.Select(static c => ",+" + c));
        }

        if (NoNewPrivileges)
            yield return "--no-new-privs";
    }

    private static string Normalize(string name)
    {
        name = name.ToLowerInvariant();
        return name.StartsWith("cap_", StringComparison.Ordinal) ? name[4..] : name;
    }

    private static (long User, long Group) ParseUser(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var user = colon < 0 ? text : text[..colon];
        _ = long.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var uid);
        _ = long.TryParse(colon < 0 ? "" : text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var gid);
        return (uid, gid);
    }
}
