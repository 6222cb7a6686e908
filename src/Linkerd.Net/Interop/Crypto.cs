using System.Runtime.InteropServices;

namespace Linkerd.Net.Interop;

/// <summary>OpenSSL 3's libcrypto: BIOs, certificates, errors.</summary>
internal static unsafe partial class Crypto
{
    public const int BioRetryRead = 9; // BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY
    public const int NidSubjectAltName = 85;
    public const nuint PartialChain = 0x80000;
    public const int VerifySignatureFailure = 7, VerifyNotYetValid = 9, VerifyExpired = 10, VerifyHostMismatch = 62;
    public const int LibrarySsl = 20, ReasonVerifyFailed = 134, ReasonNoPeerCertificate = 199, AlertOffset = 1000;
    private const string Name = "libcrypto.so.3";

    [LibraryImport(Name, EntryPoint = "OpenSSL_version_num")]
    public static partial nuint Version();

    [LibraryImport(Name, EntryPoint = "EVP_default_properties_is_fips_enabled")]
    public static partial int IsFipsEnabled(nint library);

    [LibraryImport(Name, EntryPoint = "BIO_get_new_index")]
    public static partial int BioNewIndex();

    [LibraryImport(Name, EntryPoint = "BIO_meth_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint BioMethodNew(int type, string name);

    [LibraryImport(Name, EntryPoint = "BIO_meth_set_read")]
    public static partial int BioMethodSetRead(nint method, delegate* unmanaged<nint, byte*, int, int> read);

    [LibraryImport(Name, EntryPoint = "BIO_meth_set_write")]
    public static partial int BioMethodSetWrite(nint method, delegate* unmanaged<nint, byte*, int, int> write);

    [LibraryImport(Name, EntryPoint = "BIO_meth_set_ctrl")]
    public static partial int BioMethodSetCtrl(nint method, nint ctrl);

    [LibraryImport(Name, EntryPoint = "BIO_meth_get_ctrl")]
    public static partial nint BioMethodCtrl(nint method);

    [LibraryImport(Name, EntryPoint = "BIO_s_null")]
    public static partial nint BioNull();

    [LibraryImport(Name, EntryPoint = "BIO_new")]
    public static partial nint BioNew(nint method);

    [LibraryImport(Name, EntryPoint = "BIO_new_mem_buf")]
    public static partial nint BioNewMemory(void* data, int length);

    [LibraryImport(Name, EntryPoint = "BIO_free")]
    public static partial int BioFree(nint bio);

    [LibraryImport(Name, EntryPoint = "BIO_set_data")]
    public static partial void BioSetData(nint bio, nint data);

    // One load, and no callback: the collector can wait for it.
    [SuppressGCTransition]
    [LibraryImport(Name, EntryPoint = "BIO_get_data")]
    public static partial nint BioGetData(nint bio);

    [LibraryImport(Name, EntryPoint = "BIO_set_init")]
    public static partial void BioSetInit(nint bio, int init);

    [LibraryImport(Name, EntryPoint = "BIO_set_flags")]
    public static partial void BioSetFlags(nint bio, int flags);

    [LibraryImport(Name, EntryPoint = "PEM_read_bio_X509")]
    public static partial nint PemReadCertificate(nint bio, nint target, nint callback, void* user);

    [LibraryImport(Name, EntryPoint = "PEM_read_bio_PrivateKey")]
    public static partial nint PemReadPrivateKey(nint bio, nint target, nint callback, void* user);

    [LibraryImport(Name, EntryPoint = "d2i_X509")]
    public static partial nint DerReadCertificate(nint target, byte** data, nint length);

    [LibraryImport(Name, EntryPoint = "d2i_AutoPrivateKey")]
    public static partial nint DerReadPrivateKey(nint target, byte** data, nint length);

    [LibraryImport(Name, EntryPoint = "X509_free")]
    public static partial void CertificateFree(nint certificate);

    [LibraryImport(Name, EntryPoint = "EVP_PKEY_free")]
    public static partial void KeyFree(nint key);

    [LibraryImport(Name, EntryPoint = "X509_STORE_add_cert")]
    public static partial int StoreAdd(nint store, nint certificate);

    [LibraryImport(Name, EntryPoint = "X509_STORE_set_flags")]
    public static partial int StoreSetFlags(nint store, nuint flags);

    [LibraryImport(Name, EntryPoint = "X509_verify_cert")]
    public static partial int VerifyCertificate(nint storeContext);

    [LibraryImport(Name, EntryPoint = "X509_STORE_CTX_new")]
    public static partial nint StoreContextNew();

    [LibraryImport(Name, EntryPoint = "X509_STORE_CTX_init")]
    public static partial int StoreContextInit(nint storeContext, nint store, nint leaf, nint untrusted);

    [LibraryImport(Name, EntryPoint = "X509_STORE_CTX_free")]
    public static partial void StoreContextFree(nint storeContext);

    [LibraryImport(Name, EntryPoint = "X509_STORE_CTX_get_error")]
    public static partial int StoreContextError(nint storeContext);

    [LibraryImport(Name, EntryPoint = "X509_STORE_get1_all_certs")]
    public static partial nint StoreCertificates(nint store);

    [LibraryImport(Name, EntryPoint = "X509_STORE_CTX_get0_store")]
    public static partial nint StoreContextStore(nint storeContext);

    [LibraryImport(Name, EntryPoint = "X509_STORE_CTX_get0_untrusted")]
    public static partial nint StoreContextUntrusted(nint storeContext);

    [LibraryImport(Name, EntryPoint = "X509_STORE_CTX_get0_param")]
    public static partial nint StoreContextParameters(nint storeContext);

    [LibraryImport(Name, EntryPoint = "X509_STORE_CTX_set0_trusted_stack")]
    public static partial void StoreContextSetTrusted(nint storeContext, nint stack);

    [LibraryImport(Name, EntryPoint = "X509_VERIFY_PARAM_set1")]
    public static partial int ParametersCopy(nint to, nint from);

    [LibraryImport(Name, EntryPoint = "OPENSSL_sk_new_null")]
    public static partial nint StackNew();

    [LibraryImport(Name, EntryPoint = "OPENSSL_sk_push")]
    public static partial int StackPush(nint stack, nint item);

    [LibraryImport(Name, EntryPoint = "OPENSSL_sk_num")]
    public static partial int StackCount(nint stack);

    [LibraryImport(Name, EntryPoint = "OPENSSL_sk_value")]
    public static partial nint StackAt(nint stack, int index);

    [LibraryImport(Name, EntryPoint = "OPENSSL_sk_free")]
    public static partial void StackFree(nint stack);

    [LibraryImport(Name, EntryPoint = "X509_STORE_CTX_get_ex_data")]
    public static partial nint StoreContextData(nint storeContext, int index);

    [LibraryImport(Name, EntryPoint = "X509_STORE_CTX_get0_cert")]
    public static partial nint StoreContextLeaf(nint storeContext);

    [LibraryImport(Name, EntryPoint = "X509_STORE_CTX_get_error_depth")]
    public static partial int StoreContextDepth(nint storeContext);

    [LibraryImport(Name, EntryPoint = "X509_STORE_CTX_set_error")]
    public static partial void StoreContextSetError(nint storeContext, int error);

    [LibraryImport(Name, EntryPoint = "X509_verify_cert_error_string")]
    public static partial byte* VerifyErrorText(nint error);

    [LibraryImport(Name, EntryPoint = "X509_get_ext_by_NID")]
    public static partial int ExtensionIndex(nint certificate, int nid, int after);

    [LibraryImport(Name, EntryPoint = "X509_get_ext")]
    public static partial nint Extension(nint certificate, int index);

    [LibraryImport(Name, EntryPoint = "X509_EXTENSION_get_data")]
    public static partial nint ExtensionData(nint extension);

    [LibraryImport(Name, EntryPoint = "ASN1_STRING_get0_data")]
    public static partial byte* StringData(nint value);

    [LibraryImport(Name, EntryPoint = "ASN1_STRING_length")]
    public static partial int StringLength(nint value);

    [LibraryImport(Name, EntryPoint = "ERR_clear_error")]
    public static partial void ClearErrors();

    [LibraryImport(Name, EntryPoint = "ERR_get_error")]
    public static partial nuint NextError();

    [LibraryImport(Name, EntryPoint = "ERR_reason_error_string")]
    public static partial byte* ReasonText(nuint error);
}
