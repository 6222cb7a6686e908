using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linkerd.Init.Identity;

namespace Linkerd.Init.Tests;

public sealed class IdentityTests : IDisposable
{
    private const string Anchors = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("l5d-identity-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void The_key_and_the_request_belong_together_and_are_private()
    {
        var name = "a-rather-long-service-account-name.a-rather-long-namespace-name.serviceaccount.identity.linkerd.cluster.local";

        KeyAndRequest.Create(name).WriteTo(_folder);

        var keyFile = Path.Combine(_folder, "key.p8");
        var requestFile = Path.Combine(_folder, "csr.der");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(keyFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(requestFile));
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(File.ReadAllBytes(keyFile), out _);
        Assert.Equal("1.2.840.10045.3.1.7", key.ExportParameters(false).Curve.Oid.Value);
        var request = CertificateRequest.LoadSigningRequest(File.ReadAllBytes(requestFile), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), request.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.Equal("", request.SubjectName.Name);
        var names = Assert.Single(request.CertificateExtensions.OfType<X509SubjectAlternativeNameExtension>());
        Assert.Equal([name], names.EnumerateDnsNames());
        var text = Shell.Run("openssl", "req", "-in", requestFile, "-inform", "DER", "-verify", "-noout", "-text");
        Assert.Contains($"DNS:{name}", text, StringComparison.Ordinal);
        Assert.Contains("ecdsa-with-SHA256", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_start_makes_another_key()
    {
        KeyAndRequest.Create("a.b").WriteTo(_folder);
        var first = File.ReadAllBytes(Path.Combine(_folder, "key.p8"));

        KeyAndRequest.Create("a.b").WriteTo(_folder);

        Assert.NotEqual(first, File.ReadAllBytes(Path.Combine(_folder, "key.p8")));
    }

    [Fact]
    public void Memory_is_told_from_disk()
    {
        Assert.True(MemoryFileSystem.Contains("/dev/shm"));
        Assert.False(MemoryFileSystem.Contains("/proc"));
        Assert.False(MemoryFileSystem.Contains("/there/is/no/such/folder"));
    }

    [Fact]
    public void Every_fault_of_the_environment_is_listed()
    {
        var faults = new List<string>();
        var variables = new Dictionary<string, string>
        {
            ["LINKERD2_PROXY_IDENTITY_LOCAL_NAME"] = "not a name",
            ["LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS"] = "nothing",
        };

        Assert.Null(IdentityEnvironment.Read(variables.GetValueOrDefault, faults));

        Assert.Equal(3, faults.Count);
        Assert.Contains(faults, f => f.StartsWith("LINKERD2_PROXY_IDENTITY_DIR: must be set", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.StartsWith("LINKERD2_PROXY_IDENTITY_LOCAL_NAME: \"not a name\"", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.StartsWith("LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS: holds no PEM certificate", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_that_the_user_may_not_read_is_said_to_be_that()
    {
        var closed = Directory.CreateDirectory(Path.Combine(_folder, "closed"), UnixFileMode.None).FullName;
        var isRoot = Environment.UserName == "root";
        string[] asUser = isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : ["env"];
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);

        string[] command =
        [
            .. asUser, "env", "HOME=/tmp", $"LINKERD2_PROXY_IDENTITY_DIR={closed}", "LINKERD2_PROXY_IDENTITY_LOCAL_NAME=a.b",
            $"LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS={Anchors}", "dotnet", InitBinary.Path, "identity",
        ];
        var (code, output) = Shell.Try(command);

        Assert.NotEqual(0, code);
        Assert.Contains($"LINKERD2_PROXY_IDENTITY_DIR: {closed} cannot be read by this process's user, uid {(isRoot ? "65534" : "")}", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_wrapper_becomes_the_proxy()
    {
        var (code, output) = Shell.Try(
            "env", $"LINKERD2_PROXY_IDENTITY_DIR={_folder}", "LINKERD2_PROXY_IDENTITY_LOCAL_NAME=a.b.serviceaccount.identity.linkerd.cluster.local",
            $"LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS={Anchors}", "LINKERD2_PROXY_PATH=/bin/sh",
            "dotnet", InitBinary.Path, "identity", "-c", "echo became $0 $LINKERD2_PROXY_IDENTITY_LOCAL_NAME; exit 7");

        Assert.Equal(7, code);
        Assert.Contains("became /bin/sh a.b.serviceaccount.identity.linkerd.cluster.local", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder, "csr.der")));
    }

    [Fact]
    public void A_wrong_environment_is_a_usage_error()
    {
        var (code, output) = Shell.Try("env", "-u", "LINKERD2_PROXY_IDENTITY_DIR", "dotnet", InitBinary.Path, "identity");

        Assert.Equal(64, code);
        Assert.Contains("LINKERD2_PROXY_IDENTITY_DIR: must be set", output, StringComparison.Ordinal);
    }
}
