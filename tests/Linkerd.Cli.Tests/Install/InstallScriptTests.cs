using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Linkerd.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Linkerd.Cli.Tests.Install;

/// <summary><c>eng/install.sh</c> from a server on this machine.</summary>
public sealed class InstallScriptTests : IAsyncLifetime
{
    private const string Version = "0.9.0-test.1";
    private const string Binary = "#!/bin/sh\necho \"installed, with $*\"\n";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lki");
    private readonly Dictionary<string, string> _files = [];
    private WebApplication? _server;

    private string Root => Path.Combine(_folder.FullName, "root");

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.Run(async context =>
        {
            if (_files.TryGetValue(context.Request.Path.Value!, out var text))
                await context.Response.WriteAsync(text);
            else
                context.Response.StatusCode = StatusCodes.Status404NotFound;
        });
        await _server.StartAsync(TestContext.Current.CancellationToken);
        foreach (var arch in (string[])["amd64", "arm64"])
        {
            var file = $"/releases/{Version}/linkerd2-cli-{Version}-linux-{arch}";
            _files[file] = Binary;
            _files[file + ".sha256"] = $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Binary)))}  linkerd2-cli\n";
        }

        _files["/releases/latest"] = Version + "\n";
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Version)]
    public async Task It_installs_and_says_what_to_do_next(string? version)
    {
        var (code, output, error) = await RunAsync(version: version);
        Assert.Equal((0, ""), (code, error));
        var arch = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";
        Assert.StartsWith($"""
            Downloading linkerd2-cli-{Version}-linux-{arch}...
            Download complete!

            Validating checksum...
            Checksum valid.

            Linkerd {Version} was successfully installed

            Add the linkerd CLI to your path with:

              export PATH=$PATH:{Root}/bin

            """, output, StringComparison.Ordinal);
        foreach (var next in (string[])["linkerd check --pre", "linkerd install --crds | kubectl apply -f -", "linkerd install | kubectl apply -f -", "linkerd local demo"])
            Assert.Contains(next, output, StringComparison.Ordinal);
        Assert.Equal($"linkerd-{Version}", new FileInfo(Path.Combine(Root, "bin", "linkerd")).LinkTarget);
        Assert.Equal("installed, with version --client\n", (await RunAsync([Path.Combine(Root, "bin", "linkerd"), "version", "--client"])).Out);
        Assert.Equal(["linkerd", $"linkerd-{Version}"], Directory.GetFileSystemEntries(Path.Combine(Root, "bin")).Select(Path.GetFileName).Order());

        // Again, and another version beside it.
        Assert.Equal(0, (await RunAsync(version: version)).Code);
    }

    [Fact]
    public async Task A_wrong_checksum_installs_nothing()
    {
        foreach (var file in _files.Keys.Where(f => f.EndsWith("64", StringComparison.Ordinal)).ToList())
            _files[file] = Binary + "# changed\n";
        var (code, output, error) = await RunAsync();
        Assert.Equal(1, code);
        Assert.Contains("Validating checksum...", output, StringComparison.Ordinal);
        Assert.StartsWith("Checksum validation failed: ", error, StringComparison.Ordinal);
        Assert.Contains("Nothing was installed", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Root));
    }

    [Fact]
    public async Task A_failed_upgrade_leaves_the_old_version()
    {
        Assert.Equal(0, (await RunAsync()).Code);
        var (code, _, error) = await RunAsync(version: "9.9.9");
        Assert.Equal(1, code);
        Assert.Contains("is there a release 9.9.9 for linux on", error, StringComparison.Ordinal);
        Assert.Equal($"linkerd-{Version}", new FileInfo(Path.Combine(Root, "bin", "linkerd")).LinkTarget);
    }

    [Theory]
    [InlineData("checksum", "without it the download cannot be checked")]
    [InlineData("latest", "set LINKERD2_VERSION to the release that you want")]
    public async Task What_the_server_lacks_is_named(string lacking, string expected)
    {
        foreach (var file in _files.Keys.Where(f => f.EndsWith(lacking == "latest" ? "/latest" : ".sha256", StringComparison.Ordinal)).ToList())
            _files.Remove(file);
        var (code, _, error) = await RunAsync();
        Assert.Equal(1, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Root));
    }

    [Theory]
    [InlineData("", "LINKERD_BASE_URL is not set: say where releases lie")]
    [InlineData("ftp://x", "LINKERD_BASE_URL 'ftp://x' is no address: it must begin with https:// or http://")]
    public async Task The_address_must_be_one(string address, string expected) => Assert.Contains(expected, (await RunAsync(address: address)).Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("../etc", "'../etc' is no version")]
    [InlineData("1 2", "'1 2' is no version")]
    public async Task The_version_must_be_one(string version, string expected) => Assert.Contains(expected, (await RunAsync(version: version)).Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("Darwin", "arm64", "there is no linkerd CLI for Darwin: run it on Linux")]
    [InlineData("Linux", "riscv64", "there is no linkerd CLI for linux on riscv64: it is built for x86_64 and aarch64")]
    public async Task Other_platforms_are_told_apart(string system, string machine, string expected)
    {
        var bin = _folder.CreateSubdirectory("bin").FullName;
        var uname = Path.Combine(bin, "uname");
        await File.WriteAllTextAsync(uname, $"#!/bin/sh\n[ \"$1\" = -m ] && echo {machine} || echo {system}\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(uname, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var (code, _, error) = await RunAsync(path: bin);
        Assert.Equal(1, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    private Task<(int Code, string Out, string Error)> RunAsync(string? version = null, string? address = null, string? path = null)
    {
        var environment = new Dictionary<string, string>
        {
            ["LINKERD_BASE_URL"] = address ?? _server!.Urls.Single() + "/releases/",
            ["INSTALLROOT"] = Root,
            ["PATH"] = $"{path}:{Environment.GetEnvironmentVariable("PATH")}".TrimStart(':'),
        };
        if (version is not null)
            environment["LINKERD2_VERSION"] = version;
        return RunAsync(["sh", Path.Combine(Repository.Root, "eng", "install.sh")], environment);
    }

    private static async Task<(int Code, string Out, string Error)> RunAsync(string[] command, Dictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? [])
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }
}
