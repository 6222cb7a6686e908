using System.Runtime.InteropServices;
using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>What OpenSSL calls: the BIO under each connection, peer verification and ALPN. None of them may throw.</summary>
internal static unsafe class TlsCallbacks
{
    private static readonly nint s_method = CreateMethod();
    private static readonly int s_storeIndex = Ssl.StoreContextIndex();

    /// <summary>A BIO that reads from and writes to the transport of <paramref name="handle"/>.</summary>
    public static nint NewBio(GCHandle handle)
    {
        nint bio = Crypto.BioNew(s_method);
        if (bio == 0) throw new TlsException($"BIO_new: {TlsErrors.Take()}");
        Crypto.BioSetData(bio, GCHandle.ToIntPtr(handle));
        // The only way in which it fails is for want of input, and flags are looked at after a failure only: they are set once.
        Crypto.BioSetFlags(bio, Crypto.BioRetryRead);
        Crypto.BioSetInit(bio, 1);
        return bio;
    }

    [UnmanagedCallersOnly]
    public static int VerifyPeer(nint storeContext, nint argument)
    {
        int result = ChainVerifier.Verify(storeContext);
        nint ssl = Crypto.StoreContextData(storeContext, s_storeIndex);
        TlsTransport transport = Transport(Ssl.GetExData(ssl, 0));
        transport.VerifyDepth = Crypto.StoreContextDepth(storeContext);
        if (result <= 0 || transport.IsExpected(Crypto.StoreContextLeaf(storeContext))) return result;
        Crypto.StoreContextSetError(storeContext, Crypto.VerifyHostMismatch);
        return 0;
    }

    [UnmanagedCallersOnly]
    public static int SelectAlpn(nint ssl, byte** selected, byte* length, byte* offered, uint offeredLength, nint list)
    {
        int result = Ssl.SelectNextProtocol(selected, length, (byte*)list + 4, *(uint*)list, offered, offeredLength);
        return result == 1 ? Ssl.AlpnOk : Ssl.AlpnNoAck;
    }

    private static TlsTransport Transport(nint handle) => (TlsTransport)GCHandle.FromIntPtr(handle).Target!;

    private static nint CreateMethod()
    {
        const int sourceSink = 0x400;
        nint method = Crypto.BioMethodNew(Crypto.BioNewIndex() | sourceSink, "linkerd transport");
        _ = Crypto.BioMethodSetRead(method, &Read);
        _ = Crypto.BioMethodSetWrite(method, &Write);
        // OpenSSL asks a BIO ten things per record (is there kernel TLS, is it flushed); the null BIO answers them as this one would,
        // without coming up to managed code.
        _ = Crypto.BioMethodSetCtrl(method, Crypto.BioMethodCtrl(Crypto.BioNull()));
        return method;
    }

    [UnmanagedCallersOnly]
    private static int Read(nint bio, byte* buffer, int length)
    {
        int count = Transport(Crypto.BioGetData(bio)).TakeInput(new Span<byte>(buffer, length));
        return count > 0 ? count : -1;
    }

    [UnmanagedCallersOnly]
    private static int Write(nint bio, byte* buffer, int length)
    {
        Transport(Crypto.BioGetData(bio)).PutOutput(new ReadOnlySpan<byte>(buffer, length));
        return length;
    }
}
