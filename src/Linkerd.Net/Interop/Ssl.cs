using System.Runtime.InteropServices;

namespace Linkerd.Net.Interop;

/// <summary>OpenSSL 3's libssl.</summary>
internal static unsafe partial class Ssl
{
    public const int ErrorWantRead = 2, ErrorWantWrite = 3, ErrorSyscall = 5, ErrorZeroReturn = 6;
    public const int Reading = 3;
    public const int CtrlMode = 33, CtrlReadAhead = 41, CtrlSessionCache = 44, CtrlHostName = 55, CtrlClearMode = 78, CtrlChainCert = 89,
        CtrlGroupsList = 92, CtrlSigalgsList = 98, CtrlMinVersion = 123, CtrlMaxVersion = 124, CtrlGetChain = 115;
    public const int Tls13 = 0x0304;
    public const int ModePartialWrite = 1, ModeMovingBuffer = 2, ModeReleaseBuffers = 0x10;
    public const ulong OptionNoTicket = 1UL << 14;
    public const int VerifyPeer = 1;
    public const int AlpnNoAck = 3, AlpnOk = 0;
    private const string Name = "libssl.so.3";

    [LibraryImport(Name, EntryPoint = "TLS_method")]
    public static partial nint TlsMethod();

    [LibraryImport(Name, EntryPoint = "SSL_CTX_new")]
    public static partial nint ContextNew(nint method);

    [LibraryImport(Name, EntryPoint = "SSL_CTX_free")]
    public static partial void ContextFree(nint context);

    [LibraryImport(Name, EntryPoint = "SSL_CTX_ctrl")]
    public static partial nint ContextCtrl(SslContextHandle context, int command, nint argument, void* pointer);

    [LibraryImport(Name, EntryPoint = "SSL_CTX_set_options")]
    public static partial ulong ContextSetOptions(SslContextHandle context, ulong options);

    [LibraryImport(Name, EntryPoint = "SSL_CTX_set_ciphersuites", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ContextSetCipherSuites(SslContextHandle context, string suites);

    [LibraryImport(Name, EntryPoint = "SSL_CTX_set_num_tickets")]
    public static partial int ContextSetTickets(SslContextHandle context, nuint count);

    [LibraryImport(Name, EntryPoint = "SSL_CTX_use_certificate")]
    public static partial int ContextUseCertificate(SslContextHandle context, nint certificate);

    [LibraryImport(Name, EntryPoint = "SSL_CTX_use_PrivateKey")]
    public static partial int ContextUsePrivateKey(SslContextHandle context, nint key);

    [LibraryImport(Name, EntryPoint = "SSL_CTX_check_private_key")]
    public static partial int ContextCheckPrivateKey(SslContextHandle context);

    [LibraryImport(Name, EntryPoint = "SSL_CTX_get0_certificate")]
    public static partial nint ContextCertificate(SslContextHandle context);

    [LibraryImport(Name, EntryPoint = "SSL_CTX_get_cert_store")]
    public static partial nint ContextStore(SslContextHandle context);

    [LibraryImport(Name, EntryPoint = "SSL_CTX_set_verify")]
    public static partial void ContextSetVerify(SslContextHandle context, int mode, nint callback);

    [LibraryImport(Name, EntryPoint = "SSL_CTX_set_cert_verify_callback")]
    public static partial void ContextSetVerifyCallback(SslContextHandle context, delegate* unmanaged<nint, nint, int> callback, nint argument);

    [LibraryImport(Name, EntryPoint = "SSL_CTX_set_alpn_select_cb")]
    public static partial void ContextSetAlpnSelect(SslContextHandle context, delegate* unmanaged<nint, byte**, byte*, byte*, uint, nint, int> callback, nint argument);

    [LibraryImport(Name, EntryPoint = "SSL_select_next_proto")]
    public static partial int SelectNextProtocol(byte** selected, byte* length, byte* server, uint serverLength, byte* client, uint clientLength);

    [LibraryImport(Name, EntryPoint = "SSL_new")]
    public static partial nint New(SslContextHandle context);

    [LibraryImport(Name, EntryPoint = "SSL_free")]
    public static partial void Free(nint ssl);

    [LibraryImport(Name, EntryPoint = "SSL_set_bio")]
    public static partial void SetBio(nint ssl, nint read, nint write);

    [LibraryImport(Name, EntryPoint = "SSL_set_accept_state")]
    public static partial void SetAcceptState(nint ssl);

    [LibraryImport(Name, EntryPoint = "SSL_set_connect_state")]
    public static partial void SetConnectState(nint ssl);

    [LibraryImport(Name, EntryPoint = "SSL_do_handshake")]
    public static partial int DoHandshake(nint ssl);

    [LibraryImport(Name, EntryPoint = "SSL_read")]
    public static partial int Read(nint ssl, void* buffer, int length);

    [LibraryImport(Name, EntryPoint = "SSL_write")]
    public static partial int Write(nint ssl, void* buffer, int length);

    [LibraryImport(Name, EntryPoint = "SSL_free_buffers")]
    public static partial int FreeBuffers(nint ssl);

    // Two loads and a comparison, and no callback: the collector can wait for it.
    [SuppressGCTransition]
    [LibraryImport(Name, EntryPoint = "SSL_has_pending")]
    public static partial int HasPending(nint ssl);

    [LibraryImport(Name, EntryPoint = "SSL_shutdown")]
    public static partial int Shutdown(nint ssl);

    [LibraryImport(Name, EntryPoint = "SSL_get_error")]
    public static partial int GetError(nint ssl, int result);

    [SuppressGCTransition]
    [LibraryImport(Name, EntryPoint = "SSL_want")]
    public static partial int Want(nint ssl);

    [LibraryImport(Name, EntryPoint = "SSL_get_verify_result")]
    public static partial nint VerifyResult(nint ssl);

    [LibraryImport(Name, EntryPoint = "SSL_get0_peer_certificate")]
    public static partial nint PeerCertificate(nint ssl);

    [LibraryImport(Name, EntryPoint = "SSL_get0_alpn_selected")]
    public static partial void AlpnSelected(nint ssl, byte** protocol, uint* length);

    [LibraryImport(Name, EntryPoint = "SSL_set_alpn_protos")]
    public static partial int SetAlpn(nint ssl, byte* protocols, uint length);

    [LibraryImport(Name, EntryPoint = "SSL_get_servername")]
    public static partial byte* ServerName(nint ssl, int type);

    [LibraryImport(Name, EntryPoint = "SSL_ctrl")]
    public static partial nint Ctrl(nint ssl, int command, nint argument, void* pointer);

    [LibraryImport(Name, EntryPoint = "SSL_set_ex_data")]
    public static partial int SetExData(nint ssl, int index, nint data);

    [LibraryImport(Name, EntryPoint = "SSL_get_ex_data")]
    public static partial nint GetExData(nint ssl, int index);

    [LibraryImport(Name, EntryPoint = "SSL_get_ex_data_X509_STORE_CTX_idx")]
    public static partial int StoreContextIndex();

    [LibraryImport(Name, EntryPoint = "SSL_get_current_cipher")]
    public static partial nint CurrentCipher(nint ssl);

    [LibraryImport(Name, EntryPoint = "SSL_CIPHER_get_name")]
    public static partial byte* CipherName(nint cipher);
}
