using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>
/// Verifies chains. OpenSSL takes the first anchor whose subject fits and, where certificates carry no key identifiers, does not go on to the
/// next one of that name when its key does not fit. While anchors are rotated two of one name are the rule, so each is tried by itself then.
/// </summary>
internal static class ChainVerifier
{
    /// <summary>Like X509_verify_cert: 1 when the chain leads to an anchor of the store, else the error is in <paramref name="context"/>.</summary>
    public static int Verify(nint context)
    {
        int result = Crypto.VerifyCertificate(context);
        if (result == 1 || Crypto.StoreContextError(context) != Crypto.VerifySignatureFailure || !LeadsToAnother(context)) return result;
        Crypto.StoreContextSetError(context, 0);
        return 1;
    }

    private static bool LeadsToAnother(nint context)
    {
        nint anchors = Crypto.StoreCertificates(Crypto.StoreContextStore(context));
        if (anchors == 0) return false;
        bool leads = false;
        for (int i = 0; i < Crypto.StackCount(anchors); i++)
        {
            nint anchor = Crypto.StackAt(anchors, i);
            leads = leads || LeadsTo(context, anchor);
            Crypto.CertificateFree(anchor);
        }

        Crypto.StackFree(anchors);
        Crypto.ClearErrors();
        return leads;
    }

    private static bool LeadsTo(nint context, nint anchor)
    {
        nint trusted = Crypto.StackNew();
        nint other = Crypto.StoreContextNew();
        try
        {
            if (trusted == 0 || other == 0 || Crypto.StackPush(trusted, anchor) == 0) return false;
            nint store = Crypto.StoreContextStore(context);
            if (Crypto.StoreContextInit(other, store, Crypto.StoreContextLeaf(context), Crypto.StoreContextUntrusted(context)) != 1) return false;
            // The same purpose, flags, depth and time.
            if (Crypto.ParametersCopy(Crypto.StoreContextParameters(other), Crypto.StoreContextParameters(context)) != 1) return false;
            Crypto.StoreContextSetTrusted(other, trusted);
            return Crypto.VerifyCertificate(other) == 1;
        }
        finally
        {
            Crypto.StoreContextFree(other);
            Crypto.StackFree(trusted);
        }
    }
}
