using System.Text;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Api;
using Linkerd.Local.Images;
using Linkerd.Local.Runtime;

namespace Linkerd.Local.Tests.Runtime;

public sealed class TextTests
{
    [Theory]
    [InlineData("a $(X) b", "a 1 b")]
    [InlineData("$$(X)", "$(X)")]
    [InlineData("$(UNKNOWN) $", "$(UNKNOWN) $")]
    [InlineData("$(X", "$(X")]
    [InlineData("plain", "plain")]
    public void Variables_are_expanded(string text, string expected) =>
        Assert.Equal(expected, VariableExpansion.Expand(text, static name => name == "X" ? "1" : null));

    [Theory]
    [InlineData("plain-1.2/x", "plain-1.2/x")]
    [InlineData("", "''")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("$(rm)", "'$(rm)'")]
    public void Words_are_quoted_for_the_shell(string word, string quoted) => Assert.Equal(quoted, ShellText.Quote(word));

    [Theory]
    [InlineData("nginx", "docker.io/library/nginx:latest")]
    [InlineData("a/b:1", "docker.io/a/b:1")]
    [InlineData("localhost/x", "localhost/x:latest")]
    [InlineData("r.io:5000/x:2", "r.io:5000/x:2")]
    public void Image_names_have_a_long_form(string name, string full) => Assert.Equal(full, ImageName.Normalize(name));

    [Fact]
    public void An_unknown_image_says_what_to_do()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var store = new ImageStore(folder.FullName, new BinaryFolder(folder.FullName));
            Assert.Contains("linkerd local image load", Assert.Throws<ImageException>(() => store.Resolve("nginx")).Message);
            Assert.True(store.Resolve("host").OnHost);
            Assert.Contains("this build has no linkerd2-proxy", Assert.Throws<ImageException>(() => store.Resolve("ghcr.io/linkerd-cs/proxy:0.1.0")).Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Capabilities_that_are_added_reach_users_other_than_root()
    {
        var container = new Container
        {
            Name = "c",
            SecurityContext = new SecurityContext { RunAsUser = 65534, AllowPrivilegeEscalation = false, Capabilities = new Capabilities { Add = ["NET_ADMIN"], Drop = ["ALL"] } },
        };
        var words = string.Join(' ', ContainerPrivileges.Of(new PodSpec(), container, new ContainerImage { Name = "x", Id = "x" }).SetprivArguments(switchUser: true));
        Assert.Equal("--reuid=65534 --regid=0 --clear-groups --bounding-set=-all,+net_admin --inh-caps=-all,+net_admin --ambient-caps=-all,+net_admin --no-new-privs", words);
    }

    [Fact]
    public void A_container_that_must_not_be_root_is_not()
    {
        var container = new Container { Name = "c", SecurityContext = new SecurityContext { RunAsNonRoot = true } };
        Assert.Throws<PodSpecException>(() => ContainerPrivileges.Of(new PodSpec(), container, new ContainerImage { Name = "x", Id = "x" }));
    }

    [Fact]
    public async Task Logs_are_read_back_as_asked()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var path = Path.Combine(folder.FullName, "0.log");
            using (var log = new ContainerLog(path, TimeProvider.System))
                await log.CopyAsync(new MemoryStream(Encoding.UTF8.GetBytes("one\ntwo\nthree")), "stdout");
            Assert.Equal("one\ntwo\nthree\n", await ReadAsync(path, new PodLogRequest { Pod = default, Container = "c" }));
            Assert.Equal("two\nthree\n", await ReadAsync(path, new PodLogRequest { Pod = default, Container = "c", TailLines = 2 }));
            Assert.Equal("", await ReadAsync(path, new PodLogRequest { Pod = default, Container = "c", TailLines = 0 }));
            Assert.Equal("one\nt", await ReadAsync(path, new PodLogRequest { Pod = default, Container = "c", LimitBytes = 5 }));
            Assert.Matches("^20\\d\\d-.*Z one\n", await ReadAsync(path, new PodLogRequest { Pod = default, Container = "c", Timestamps = true }));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Files_of_a_volume_change_together()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            Write(("a", "1"), ("sub/b", "2"));
            Assert.Equal("2", File.ReadAllText(Path.Combine(folder.FullName, "sub/b")));
            Write(("a", "3"));
            Assert.Equal("3", File.ReadAllText(Path.Combine(folder.FullName, "a")));
            Assert.False(Path.Exists(Path.Combine(folder.FullName, "sub")));
            Assert.Equal(3, Directory.GetFileSystemEntries(folder.FullName).Length);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        void Write(params (string Path, string Text)[] files) =>
            AtomicFolder.Write(folder.FullName, files.ToDictionary(static f => f.Path, static f => (Encoding.UTF8.GetBytes(f.Text), 0b110_100_100)), null);
    }

    private static async Task<string> ReadAsync(string path, PodLogRequest request)
    {
        using var output = new MemoryStream();
        await new LogReader(request, output).CopyAsync(path, static () => false, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
