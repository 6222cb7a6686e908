using System.Security.Cryptography.X509Certificates;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>Anchors and certificates in a folder of their own, for peers that are other programs. Deleted when disposed.</summary>
internal sealed class PeerFiles : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("l5dfn-peer-");

    public PeerFiles() => Shell.Run("chmod", "755", _folder.FullName);

    public string Folder => _folder.FullName;

    public string this[string name] => Path.Combine(_folder.FullName, name);

    /// <summary>The anchor as PEM; its path.</summary>
    public string Anchors(MeshAuthority authority)
    {
        File.WriteAllText(this["anchors.pem"], authority.Anchor.ExportCertificatePem());
        return this["anchors.pem"];
    }

    /// <summary>A key, a leaf for the identity, and the issuer, as one PEM file; its path.</summary>
    public string Certificate(MeshAuthority authority, string identity)
    {
        var path = this[Guid.NewGuid().ToString("N") + ".pem"];
        using var certificate = authority.Issue(identity);
        File.WriteAllText(path, $"{certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()}\n{certificate.ExportCertificatePem()}\n{authority.Issuer.ExportCertificatePem()}\n");
        return path;
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
