using System.Text;

namespace Linkerd.Local.Runtime;

/// <summary>
/// Writes what stands between <c>unshare</c> and a container's program: a short sh script that mounts the root, the volumes and the
/// kernel's file systems, drops privileges and becomes the program. It is a script, not code of ours, because namespaces have to be
/// entered by a process with one thread.
/// </summary>
internal static class LaunchScript
{
    private static readonly string[] HostFolders = ["bin", "etc", "lib", "lib32", "lib64", "libx32", "opt", "sbin", "srv", "usr", "var"];
    private static readonly string[] OwnFolders = ["root", "home", "run", "mnt", "media", "proc", "sys", "dev"];

    /// <summary>Prepares the scratch folder and writes the script; returns what to run.</summary>
    public static IReadOnlyList<string> Write(LaunchPlan plan, HostFolders host)
    {
        Directory.CreateDirectory(plan.Root);
        var roots = new List<string>();
        var table = new StringBuilder();
        if (plan.Image.OnHost)
            AddHostRoot(plan, table, roots, host);
        else
            AddImageRoot(plan, table, roots, host);
        AddKernelMounts(plan, table);
        var fstab = Path.Combine(plan.Folder, "fstab");
        File.WriteAllText(fstab, table.ToString());
        File.WriteAllText(plan.Script, Body(plan, fstab, roots));

        List<string> command = [];
        if (plan.NetworkName is { } network)
            command.AddRange([Tool.Path("nsenter"), "--net=/run/netns/" + network]);
        command.AddRange([Tool.Path("unshare"), "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child=KILL", "/bin/sh", plan.Script]);
        return command;
    }

    // Each top folder of the machine is a lower layer of its own, so that submounts and symbolic links at the top come out right.
    private static void AddHostRoot(LaunchPlan plan, StringBuilder table, List<string> roots, HostFolders host)
    {
        Row(table, plan.Root, plan.Root, "none", "bind");
        roots.Add(plan.Root);
        foreach (var name in OwnFolders)
            Directory.CreateDirectory(Path.Combine(plan.Root, name));
        var tmp = Path.Combine(plan.Root, "tmp");
        Directory.CreateDirectory(tmp);
        File.SetUnixFileMode(tmp, (UnixFileMode)0b001_111_111_111);
        foreach (var name in HostFolders)
        {
            var source = "/" + name;
            var target = Path.Combine(plan.Root, name);
            if (new FileInfo(source).LinkTarget is { } link)
            {
                if (!Path.Exists(target))
                    File.CreateSymbolicLink(target, link);
                continue;
            }

            var layer = plan.Image.Layer is { } own && Directory.Exists(own + source) ? own + source : null;
            if (!Directory.Exists(source) && layer is null)
                continue;
            Directory.CreateDirectory(target);
            roots.Add(target);
            var lower = Directory.Exists(source) ? host.LayerOf(source) : "";
            if (lower is not null)
                Row(table, "overlay", target, "overlay", Overlay(plan, name, string.Join(':', new[] { layer, lower }.Where(static l => !string.IsNullOrEmpty(l))), host));
            else if (layer is null)
                Row(table, source, target, "none", "rbind,ro");
            else
                throw new PodSpecException($"{source} of this machine has other file systems mounted below it, which an ordinary user's container cannot be given together with files of an image: run linkerd local as root, or use an image without {source}");
        }

        WriteEtc(plan, Path.Combine(Upper(plan, "etc")));
    }

    private static void AddImageRoot(LaunchPlan plan, StringBuilder table, List<string> roots, HostFolders host)
    {
        Row(table, "overlay", plan.Root, "overlay", Overlay(plan, "image", plan.Image.Layer!, host));
        roots.Add(plan.Root);
        var upper = Upper(plan, "image");
        foreach (var name in (string[])["proc", "sys", "dev", "etc"])
        {
            // A folder in the upper layer merges with the image's; a file there would hide it.
            if (new FileInfo(Path.Combine(plan.Image.Layer!, name)).LinkTarget is null)
                Directory.CreateDirectory(Path.Combine(upper, name));
        }

        WriteEtc(plan, Path.Combine(upper, "etc"));
    }

    private static void WriteEtc(LaunchPlan plan, string etc)
    {
        Directory.CreateDirectory(etc);
        foreach (var (name, content) in plan.EtcFiles)
            File.WriteAllText(Path.Combine(etc, name), content);
    }

    private static string Upper(LaunchPlan plan, string name) => Path.Combine(plan.Folder, "upper", name);

    private static string Overlay(LaunchPlan plan, string name, string lower, HostFolders host)
    {
        var upper = Upper(plan, name);
        var work = Path.Combine(plan.Folder, "work", name);
        Directory.CreateDirectory(upper);
        Directory.CreateDirectory(work);
        return $"lowerdir={lower},upperdir={upper},workdir={work}" + (host.UserNamespace ? ",userxattr" : "");
    }

    private static void AddKernelMounts(LaunchPlan plan, StringBuilder table)
    {
        Row(table, "proc", plan.Root + "/proc", "proc", "nosuid,nodev,noexec");
        Row(table, "/sys", plan.Root + "/sys", "none", plan.Privileges.All ? "rbind" : "rbind,ro");
        Row(table, DeviceFolder.Path, plan.Root + "/dev", "none", "rbind");
        Row(table, "shm", plan.Root + "/dev/shm", "tmpfs", "nosuid,nodev,mode=1777,size=64m");
        Row(table, "devpts", plan.Root + "/dev/pts", "devpts", "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620");
    }

    private static void Row(StringBuilder table, string source, string target, string kind, string options) =>
        table.Append(ShellText.FstabField(source)).Append(' ').Append(ShellText.FstabField(target)).Append(' ').Append(kind)
            .Append(' ').Append(ShellText.FstabField(options)).Append(" 0 0\n");

    private static string Body(LaunchPlan plan, string fstab, List<string> roots)
    {
        static string q(string word) => ShellText.Quote(word);
        var mount = Tool.Path("mount");
        var script = new StringBuilder("set -e\n");
        // /proc is still the cluster's here: this is the id by which the cluster can signal and enter the container.
        script.Append("read -r pid rest </proc/self/stat\n").Append($"echo \"$pid\" >{q(plan.PidFile)}\n");
        // Not by writing /proc/sys/kernel/hostname: that file belongs to the machine's root, whatever the namespace.
        script.Append($"{Tool.Path("hostname")} {q(plan.HostName)}\n");
        script.Append($"{mount} -a -T {q(fstab)} >&2\n");
        foreach (var volume in plan.Mounts.Select(m => m with { Target = RootedPath.Resolve(plan.Image, m.Target) }).OrderBy(static m => m.Target.Count(static c => c == '/')))
        {
            var target = plan.Root + volume.Target;
            script.Append(Directory.Exists(volume.Source)
                ? $"mkdir -p {q(target)}\n"
                : $"[ -e {q(target)} ] || {{ mkdir -p {q(System.IO.Path.GetDirectoryName(target)!)}; : >{q(target)}; }}\n");
            script.Append($"{mount} --{(volume.ReadOnly ? "bind -o ro" : "rbind")} {q(volume.Source)} {q(target)}\n");
        }

        if (plan.ReadOnlyRoot)
        {
            foreach (var root in roots)
                script.Append($"{mount} -o remount,bind,ro {q(root)}\n");
        }

        script.Append($": >{q(plan.StartedFile)}\n");
        script.Append("exec </dev/null ").Append(ShellText.Quote(Final(plan))).Append('\n');
        return script.ToString();
    }

    private static List<string> Final(LaunchPlan plan) =>
        [Tool.Path("env"), "-i", .. plan.Environment.Select(static v => v.Key + "=" + v.Value), .. Enter(plan, plan.Command)];

    /// <summary>What a process in a container's mount namespace runs to get its root, its user, its capabilities, and then to become a command.</summary>
    public static IReadOnlyList<string> Enter(LaunchPlan plan, IReadOnlyList<string> program)
    {
        List<string> command = [];
        if (plan.Image.OnHost)
        {
            command.AddRange([Tool.Path("chroot"), plan.Root]);
            if (plan.WorkingFolder != "/")
                command.AddRange([Tool.Path("env"), "-C", plan.WorkingFolder]);
            command.Add(Tool.Path("setpriv"));
            command.AddRange(plan.Privileges.SetprivArguments(switchUser: true));
        }
        else
        {
            // The image may hold nothing but its program, so the last tool that runs must be started from outside.
            command.Add(Tool.Path("setpriv"));
            command.AddRange(plan.Privileges.SetprivArguments(switchUser: false, "sys_chroot", "setuid", "setgid"));
            command.AddRange([Tool.Path("unshare"), "--root=" + plan.Root, "--wd=" + plan.WorkingFolder]);
            command.AddRange([$"--setgid={plan.Privileges.Group}", $"--setuid={plan.Privileges.User}"]);
        }

        command.Add("--");
        command.AddRange(program);
        return command;
    }
}
