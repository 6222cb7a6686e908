using System.Security.Cryptography.X509Certificates;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>A SPIFFE Workload API for one workload, by another implementation of gRPC, on a unix socket. A scenario writes the SVID.</summary>
internal sealed class SpireAgent(MeshAuthority authority) : IAsyncDisposable
{
    private readonly PeerFiles _files = new();
    private PythonPeer? _peer;

    /// <summary>What a proxy's environment names.</summary>
    public string Address => "unix://" + Socket;

    private string Socket => _files["agent.sock"];

    /// <summary>The proxy's environment for this agent.</summary>
    public (string Name, string Value)[] Environment(string spiffeId, Pod pod) =>
        [("IDENTITY_SPIRE_WORKLOAD_API_ADDRESS", Address), ("IDENTITY_SERVER_ID", spiffeId), ("IDENTITY_SERVER_NAME", pod.Identity)];

    /// <summary>Issues an SVID; streams that are open get it.</summary>
    public void Issue(string spiffeId, TimeSpan? lifetime = null)
    {
        using var certificate = authority.Issue(spiffeId, lifetime);
        File.WriteAllBytes(_files["svid.der"], [.. certificate.RawData, .. authority.Issuer.RawData]);
        File.WriteAllBytes(_files["key.der"], certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKey());
        File.WriteAllBytes(_files["bundle.der"], authority.Anchor.RawData);
        // Last, since the agent looks at it: the streams must not get half of an SVID.
        File.WriteAllText(_files["id.new"], spiffeId);
        File.Move(_files["id.new"], _files["id"], overwrite: true);
    }

    public void Start(Pod pod)
    {
        _peer = PythonPeer.Start(pod.Namespace, "workload_api.py", PythonPeer.Descriptors("spiffe/workload/workload.proto"), Socket, _files.Folder);
        _peer.Until("listening");
    }

    /// <summary>Waits until the agent has sent an SVID.</summary>
    public void WhenSent(string spiffeId) => _peer!.Until("sent " + spiffeId);

    public async ValueTask DisposeAsync()
    {
        if (_peer is not null)
            await _peer.DisposeAsync();
        await _files.DisposeAsync();
    }
}
