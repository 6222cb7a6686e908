using System.Diagnostics;
using Linkerd.Testing;

namespace Linkerd.Cli.Tests;

/// <summary><c>./linkerd</c> on machines of other kinds, made up in a mount namespace. Needs root.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class LauncherTests : IDisposable
{
    private const string User = "4242";
    private static readonly string[] s_basic =
        ["bash", "sh", "env", "dirname", "readlink", "find", "sort", "xargs", "sha256sum", "cut", "cat", "mkdir", "flock", "id", "grep", "rm", "tail", "cp", "chmod"];

    private readonly string _folder = Directory.CreateTempSubdirectory("launcher").FullName;

    public LauncherTests()
    {
        // A checkout whose build takes no time: the launcher itself, and a publish script that makes a program saying what it was asked.
        Directory.CreateDirectory(Path.Combine(_folder, "eng"));
        Directory.CreateDirectory(Path.Combine(_folder, "bin"));
        File.Copy(Path.Combine(Repository.Root, "linkerd"), Path.Combine(_folder, "linkerd"));
        Script("eng/publish", "printf '#!/bin/sh\\necho \"ran $*\"\\n' >$2/linkerd; chmod +x $2/linkerd");
        Script("bin/dotnet", "echo '10.0.100 [/sdk]'");
        foreach (var tool in s_basic)
            File.CreateSymbolicLink(Path.Combine(_folder, "bin", tool), Find(tool));
        using var own = Process.Start("chown", ["-R", $"{User}:{User}", _folder]);
        own.WaitForExit();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Elsewhere_than_on_Debian_what_building_needs_is_named_and_nothing_is_built()
    {
        var (code, text) = Run(debian: false, root: true, "version");
        Assert.Equal(1, code);
        Assert.Equal("linkerd: install gcc with your package manager first", text.Trim());
    }

    [Theory]
    [InlineData(true, "hostname iproute2 iptables util-linux")]
    [InlineData(false, "hostname iproute2 iptables util-linux uidmap")]
    public void Elsewhere_what_a_cluster_needs_is_named_when_one_is_asked_for(bool root, string packages)
    {
        Script("bin/clang", "");
        Assert.Equal((0, "ran version"), LastLine(Run(debian: false, root, "version")));
        var (code, text) = Run(debian: false, root, "local", "up");
        Assert.Equal(1, code);
        Assert.Equal($"linkerd: install {packages} with your package manager first", text.Trim());

        foreach (var tool in (string[])["hostname", "ip", "iptables", "nsenter", "newuidmap"])
            Script("bin/" + tool, "");
        Assert.Equal((0, "ran local up"), LastLine(Run(debian: false, root, "local", "up")));
    }

    [Fact]
    public void On_Debian_an_ordinary_user_is_told_the_command()
    {
        Script("bin/dpkg-query", "for last; do :; done; [ $last = gcc ] && exit 1; echo 'install ok installed'");
        var (code, text) = Run(debian: true, root: false, "version");
        Assert.Equal(1, code);
        Assert.Equal("linkerd: missing packages. Run: sudo apt-get install -y gcc", text.Trim());

        Script("bin/dpkg-query", "echo 'install ok installed'");
        Assert.Equal((0, "ran local up"), LastLine(Run(debian: true, root: false, "local", "up")));
    }

    [Fact]
    public void Without_the_SDK_it_says_where_to_get_it()
    {
        Script("bin/dotnet", "exit 1");
        var (code, text) = Run(debian: false, root: true, "version");
        Assert.Equal(1, code);
        Assert.StartsWith("linkerd: the .NET 10 SDK is missing", text, StringComparison.Ordinal);
    }

    private static (int, string) LastLine((int Code, string Text) run) => (run.Code, run.Text.Trim().Split('\n')[^1]);

    // A device in place of /etc/debian_version is no file, so the machine is no Debian.
    private (int Code, string Text) Run(bool debian, bool root, params string[] arguments)
    {
        var hide = debian ? "" : "mount --bind /dev/null /etc/debian_version; ";
        var user = root ? "" : $"setpriv --reuid={User} --regid={User} --clear-groups ";
        var start = new ProcessStartInfo("unshare", ["--mount", "sh", "-ec", $"{hide}exec {user}env -i PATH={_folder}/bin {_folder}/linkerd \"$@\" 2>&1", "sh", .. arguments])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, text);
    }

    private void Script(string name, string body)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }

    private static string Find(string tool) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, tool)).First(File.Exists);
}
