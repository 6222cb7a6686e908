using System.Diagnostics;
using System.Text.Json.Nodes;
using Linkerd.Init.Cni.Install;
using Linkerd.Init.Flags;
using Linkerd.Init.Logging;
using Linkerd.Kubernetes;
using Linkerd.Testing;

namespace Linkerd.Init.Tests;

/// <summary>The installer on folders that stand for a node's.</summary>
public sealed class CniInstallerTests : IDisposable
{
    private const string Flannel = """
        {"name": "cbr0", "cniVersion": "0.3.1", "plugins": [
          {"type": "flannel", "delegate": {"hairpinMode": true, "isDefaultGateway": true}},
          {"type": "portmap", "capabilities": {"portMappings": true}} ]}
        """;

    private const string Calico = """
        {"name": "k8s-pod-network", "cniVersion": "1.0.0", "plugins": [
          {"type": "calico", "datastore_type": "kubernetes", "mtu": 0, "ipam": {"type": "calico-ipam"}, "note": "größer < 1 µs"},
          {"type": "linkerd-cni", "name": "linkerd-cni", "linkerd": {"incoming-proxy-port": 1}},
          {"type": "bandwidth", "capabilities": {"bandwidth": true}} ]}
        """;

    private const string Cilium = """{"cniVersion": "0.3.1", "name": "cilium", "type": "cilium-cni", "enable-debug": false, "log-file": "/var/run/cilium/cilium-cni.log"}""";

    private const string Entry = """{"name":"linkerd-cni","type":"linkerd-cni","log_level":"info","kubernetes":{"kubeconfig":"__KUBECONFIG_FILEPATH__"},"linkerd":{"incoming-proxy-port":4143}}""";

    private readonly string _root = Directory.CreateTempSubdirectory("linkerd-cni-test").FullName;
    private readonly StringWriter _log = new();
    private readonly Dictionary<string, string?> _environment;

    public CniInstallerTests()
    {
        foreach (var folder in (string[])["host/etc/cni/net.d", "host/opt/cni/bin", "image/linkerd-cni.lib", "account"])
            Directory.CreateDirectory(Path.Combine(_root, folder));
        File.WriteAllText(Path.Combine(_root, "image/linkerd-cni"), "the program");
        File.WriteAllText(Path.Combine(_root, "image/linkerd-cni.lib/libssl.so.3"), "a library");
        using var authority = new TestAuthority();
        File.WriteAllText(Path.Combine(_root, "account/ca.crt"), authority.Pem);
        File.WriteAllText(Path.Combine(_root, "account/token"), "first-token\n");
        _environment = new()
        {
            ["CONTAINER_MOUNT_PREFIX"] = Path.Combine(_root, "host"),
            ["CONTAINER_CNI_BIN_DIR"] = Path.Combine(_root, "image"),
            ["SERVICEACCOUNT_PATH"] = Path.Combine(_root, "account"),
            ["CNI_NETWORK_CONFIG"] = Entry,
            ["KUBERNETES_SERVICE_HOST"] = "10.96.0.1",
            ["KUBERNETES_SERVICE_PORT"] = "443",
        };
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_plugin_becomes_the_last_of_every_list()
    {
        Put("10-flannel.conflist", Flannel);
        Put("20-calico.conflist", Calico);

        Installer().Reconcile();

        Assert.Equal(["flannel", "portmap", "linkerd-cni"], Types("10-flannel.conflist"));
        Assert.Equal(["calico", "bandwidth", "linkerd-cni"], Types("20-calico.conflist"));
        var calico = Json("20-calico.conflist");
        Assert.Equal("1.0.0", calico["cniVersion"]!.GetValue<string>());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Calico)!["plugins"]![0], calico["plugins"]![0]));
        Assert.Contains("größer < 1 µs", Get("20-calico.conflist"), StringComparison.Ordinal);
        Assert.Equal(4143, calico["plugins"]![2]!["linkerd"]!["incoming-proxy-port"]!.GetValue<int>());
        Assert.Equal("/etc/cni/net.d/ZZZ-linkerd-cni-kubeconfig", calico["plugins"]![2]!["kubernetes"]!["kubeconfig"]!.GetValue<string>());
        Assert.True(Installer().IsInstalled());
    }

    [Fact]
    public void A_single_configuration_becomes_a_list_and_single_again()
    {
        Put("05-cilium.conf", Cilium);
        var installer = Installer();

        installer.Reconcile();

        Assert.Equal(["05-cilium.conflist"], Configurations());
        Assert.Equal(["cilium-cni", "linkerd-cni"], Types("05-cilium.conflist"));
        Assert.Equal("cilium", Json("05-cilium.conflist")["name"]!.GetValue<string>());
        Assert.Equal("0.3.1", Json("05-cilium.conflist")["cniVersion"]!.GetValue<string>());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(Net("05-cilium.conflist")));

        // Another installer than the one that converted it: the pod may have been replaced meanwhile.
        Installer().Remove();

        Assert.Equal(["05-cilium.conf"], Configurations());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Cilium), Json("05-cilium.conf")));
    }

    [Fact]
    public void A_list_of_one_stays_a_list()
    {
        Put("05-cilium.conflist", $$"""{"cniVersion":"0.3.1","name":"cilium","plugins":[{{Cilium}}]}""");
        var installer = Installer();

        installer.Reconcile();
        installer.Remove();

        Assert.Equal(["cilium-cni"], Types("05-cilium.conflist"));
        Assert.Equal(["05-cilium.conflist"], Configurations());
    }

    [Fact]
    public void Removing_leaves_others_as_they_were_and_keeps_the_program()
    {
        Put("10-flannel.conflist", Flannel);
        var installer = Installer();
        installer.Reconcile();

        installer.Remove();

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Flannel), Json("10-flannel.conflist")));
        Assert.False(File.Exists(Net("ZZZ-linkerd-cni-kubeconfig")));
        Assert.True(File.Exists(Path.Combine(_root, "host/opt/cni/bin/linkerd-cni")));
        Assert.False(installer.IsInstalled());
    }

    [Fact]
    public void What_is_as_it_should_be_is_not_written()
    {
        Put("10-flannel.conflist", Flannel);
        var installer = Installer();
        installer.Reconcile();
        var before = Written();

        installer.Reconcile();

        Assert.Equal(before, Written());
    }

    [Fact]
    public void Files_that_are_no_configuration_are_left_alone()
    {
        Put("10-flannel.conflist", Flannel);
        Put("20-broken.conflist", "{");
        Put("30-empty.conflist", """{"name":"x","plugins":[]}""");
        Put("35-twice.conflist", """{"name":"x","plugins":[{"type":"bridge","type":"ptp"}]}""");
        Put("40-nothing.conf", "{}");
        Put(".50-hidden.conflist", Flannel);
        Put("60-other.json", Flannel);
        File.CreateSymbolicLink(Net("70-link.conflist"), Net("60-other.json"));
        var before = File.ReadAllText(Net("60-other.json"));

        var installer = Installer();
        installer.Reconcile();
        installer.Reconcile();

        Assert.Contains("linkerd-cni", Types("10-flannel.conflist"));
        Assert.Equal("{", Get("20-broken.conflist"));
        Assert.Equal("{}", Get("40-nothing.conf"));
        Assert.Equal(Flannel, Get(".50-hidden.conflist"));
        Assert.Equal(before, Get("60-other.json"));
        // Said once, not with every look.
        Assert.Equal(1, _log.ToString().Split("20-broken.conflist").Length - 1);
        Assert.Contains("it has no plugin that makes a network", _log.ToString(), StringComparison.Ordinal);
        Assert.Contains("it has neither plugins nor a type", _log.ToString(), StringComparison.Ordinal);
        Assert.True(installer.IsInstalled());
        File.Delete(Net("10-flannel.conflist"));
        Assert.False(installer.IsInstalled());
    }

    [Fact]
    public void The_kubeconfig_is_for_root_alone_and_follows_the_token()
    {
        var installer = Installer();
        installer.Reconcile();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Net("ZZZ-linkerd-cni-kubeconfig")));
        Assert.Equal("first-token", Token());
        File.WriteAllText(Path.Combine(_root, "account/token"), "second-token\n");
        installer.Reconcile();
        Assert.Equal("second-token", Token());
        Assert.Equal("https://10.96.0.1/", KubeConfigFile.LoadFiles(Net("ZZZ-linkerd-cni-kubeconfig")).Resolve().Server.AbsoluteUri);
    }

    [Fact]
    public void Addresses_of_IPv6_are_in_brackets()
    {
        _environment["KUBERNETES_SERVICE_HOST"] = "fd00::1";
        _environment["SKIP_TLS_VERIFY"] = "true";
        Installer().Reconcile();

        var config = KubeConfigFile.LoadFiles(Net("ZZZ-linkerd-cni-kubeconfig")).Resolve();

        Assert.Equal("https://[fd00::1]/", config.Server.AbsoluteUri);
        Assert.True(config.InsecureSkipTlsVerify);
    }

    [Fact]
    public void The_program_and_its_libraries_are_copied_and_replaced()
    {
        var installer = Installer();
        installer.Reconcile();
        var program = Path.Combine(_root, "host/opt/cni/bin/linkerd-cni");

        Assert.Equal("the program", File.ReadAllText(program));
        Assert.True(File.GetUnixFileMode(program).HasFlag(UnixFileMode.OtherExecute));
        Assert.Equal("a library", File.ReadAllText(Path.Combine(_root, "host/opt/cni/bin/linkerd-cni.lib/libssl.so.3")));

        File.WriteAllText(Path.Combine(_root, "image/linkerd-cni"), "the PROGRAM");
        installer.Reconcile();
        Assert.Equal("the PROGRAM", File.ReadAllText(program));
    }

    [Theory]
    [InlineData("CNI_NETWORK_CONFIG", "", "CNI_NETWORK_CONFIG is not set")]
    [InlineData("CNI_NETWORK_CONFIG", "{\"type\":\"bridge\"}", "its type is not \"linkerd-cni\"")]
    [InlineData("CNI_NETWORK_CONFIG", "nothing", "CNI_NETWORK_CONFIG: ")]
    [InlineData("CNI_NETWORK_CONFIG_FILE", "/there/is/none", "there is no file /there/is/none")]
    [InlineData("DEST_CNI_BIN_DIR", "bin", "DEST_CNI_BIN_DIR must be an absolute path")]
    [InlineData("SKIP_TLS_VERIFY", "maybe", "SKIP_TLS_VERIFY must be true or false")]
    [InlineData("KUBERNETES_SERVICE_HOST", "", "KUBERNETES_SERVICE_HOST is not set")]
    public void A_wrong_variable_is_named(string name, string value, string message)
    {
        _environment[name] = value;

        Assert.Contains(message, Assert.Throws<FlagException>(() => Installer()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_entry_may_be_in_a_file()
    {
        var file = Path.Combine(_root, "entry.json");
        File.WriteAllText(file, Entry);
        _environment["CNI_NETWORK_CONFIG"] = null;
        _environment["CNI_NETWORK_CONFIG_FILE"] = file;
        Put("10-flannel.conflist", Flannel);

        Installer().Reconcile();

        Assert.Contains("linkerd-cni", Types("10-flannel.conflist"));
    }

    [Fact]
    public async Task The_program_watches_repairs_and_removes_itself_at_the_end()
    {
        Assert.Equal(1, Execute("--ready"));
        using var process = Start();
        try
        {
            // A configuration that comes after the installer, as on a node that joins.
            await Eventually.TrueAsync(() => File.Exists(Net("ZZZ-linkerd-cni-kubeconfig")));
            Put("10-flannel.conflist", Flannel);
            await Eventually.TrueAsync(() => Types("10-flannel.conflist").Contains("linkerd-cni"), "the first entry");
            Assert.Equal(0, Execute("--ready"));

            // The cluster's network rewrites its file, and adds another.
            Put("10-flannel.conflist", Flannel);
            Put("05-cilium.conf", Cilium);
            await Eventually.TrueAsync(() => Types("10-flannel.conflist").Contains("linkerd-cni"), "the repaired entry");
            await Eventually.TrueAsync(() => File.Exists(Net("05-cilium.conflist")) && !File.Exists(Net("05-cilium.conf")), "the converted file");

            // As the kubelet does: at no time is there half a token.
            File.WriteAllText(Path.Combine(_root, "account/token.new"), "second-token\n");
            File.Move(Path.Combine(_root, "account/token.new"), Path.Combine(_root, "account/token"), overwrite: true);
            await Eventually.TrueAsync(() => Token() == "second-token", "the new token");
            File.Delete(Path.Combine(_root, "host/opt/cni/bin/linkerd-cni"));
            await Eventually.TrueAsync(() => File.Exists(Path.Combine(_root, "host/opt/cni/bin/linkerd-cni")), "the program");
        }
        finally
        {
            Shell.Run("kill", "-TERM", process.Id.ToString());
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, process.ExitCode);
        Assert.Equal(["flannel", "portmap"], Types("10-flannel.conflist"));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Cilium), Json("05-cilium.conf")));
        Assert.False(File.Exists(Net("ZZZ-linkerd-cni-kubeconfig")));
    }

    private CniInstaller Installer() => new(InstallerOptions.Read(_environment.GetValueOrDefault), new InitLog(_log, TimeProvider.System));

    private string Net(string name) => Path.Combine(_root, "host/etc/cni/net.d", name);

    private void Put(string name, string text)
    {
        File.WriteAllText(Net(name), text);
        File.SetUnixFileMode(Net(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
    }

    private string Get(string name) => File.ReadAllText(Net(name));

    private JsonNode Json(string name) => JsonNode.Parse(Get(name))!;

    private string[] Types(string name)
    {
        try
        {
            return [.. Json(name)["plugins"]!.AsArray().Select(p => p!["type"]!.GetValue<string>())];
        }
        catch (System.Text.Json.JsonException)
        {
            // This test writes without a rename, and may read what it has half written.
            return [];
        }
    }

    private string[] Configurations() => [.. new DirectoryInfo(Net("")).EnumerateFiles().Select(f => f.Name).Where(n => n.Contains(".conf", StringComparison.Ordinal)).Order()];

    private string Token() => KubeConfigFile.LoadFiles(Net("ZZZ-linkerd-cni-kubeconfig")).Resolve().Token!.GetAsync(TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult()!;

    private string Written() =>
        string.Join('\n', new DirectoryInfo(Path.Combine(_root, "host")).EnumerateFiles("*", SearchOption.AllDirectories).Select(f => $"{f.FullName} {f.LastWriteTimeUtc.Ticks} {f.CreationTimeUtc.Ticks}").Order());

    private string[] Line(params string[] arguments) =>
        ["env", .. _environment.Where(v => v.Value is not null).Select(v => $"{v.Key}={v.Value}"), "dotnet", InitBinary.Path, "cni-install", .. arguments];

    private Process Start() => Shell.Start(["sh", "-c", "exec \"$@\" 2>/dev/null", "sh", .. Line()]);

    private int Execute(params string[] arguments) => Shell.Try(Line(arguments)).Code;
}
