using System.Runtime.InteropServices;
using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>
/// Immutable TLS settings shared by many connections and threads. Replaced whole on renewal: connections made with the old one keep it
/// alive (OpenSSL counts references), so it may be disposed as soon as nobody makes new ones from it.
/// TLS 1.3 only; no session tickets or resumption.
/// </summary>
public abstract unsafe class TlsContext : IDisposable
{
    private protected TlsContext(SslContextHandle handle) => Handle = handle;

    internal SslContextHandle Handle { get; }

    /// <summary>
    /// Judges the own certificate as a peer with the same trust anchors would, now: null when it leads to one of them and is in its time, else
    /// what is wrong with it.
    /// </summary>
    /// <exception cref="TlsException">The context has no certificate.</exception>
    public string? FaultOfOwnChain()
    {
        nint leaf = Ssl.ContextCertificate(Handle);
        if (leaf == 0) throw new TlsException("the context has no certificate");
        nint intermediates = 0;
        Ssl.ContextCtrl(Handle, Ssl.CtrlGetChain, 0, &intermediates);
        nint verification = Crypto.StoreContextNew();
        try
        {
            if (verification == 0 || Crypto.StoreContextInit(verification, Ssl.ContextStore(Handle), leaf, intermediates) != 1)
                throw new TlsException($"X509_STORE_CTX: {TlsErrors.Take()}");
            if (ChainVerifier.Verify(verification) == 1) return null;
            return Marshal.PtrToStringUTF8((nint)Crypto.VerifyErrorText(Crypto.StoreContextError(verification))) ?? "verification failed";
        }
        finally
        {
            Crypto.StoreContextFree(verification);
            Crypto.ClearErrors();
        }
    }

    public void Dispose()
    {
        Handle.Dispose();
        GC.SuppressFinalize(this);
    }
}
