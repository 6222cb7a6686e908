using System.Runtime.InteropServices;
using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>OpenSSL's thread-local error queue, as values.</summary>
internal static unsafe class TlsErrors
{
    /// <summary>The first queued reason as text; empties the queue.</summary>
    public static string Take()
    {
        nuint error = Crypto.NextError();
        string text = Text(error);
        Crypto.ClearErrors();
        return text;
    }

    /// <summary>Why the last call on <paramref name="ssl"/> failed; empties the queue.</summary>
    public static TlsFailure Classify(nint ssl, int verifyDepth)
    {
        nuint error = Crypto.NextError();
        Crypto.ClearErrors();
        int library = (int)(error >> 23) & 0xFF;
        int reason = (int)(error & 0x7FFFFF);
        string text = Text(error);
        if (error == 0 || library != Crypto.LibrarySsl) return new TlsFailure(TlsFailureKind.Protocol, -1, text);
        return reason switch
        {
            Crypto.ReasonVerifyFailed => Verification(ssl, verifyDepth),
            Crypto.ReasonNoPeerCertificate => new TlsFailure(TlsFailureKind.NoCertificate, -1, text),
            >= Crypto.AlertOffset and < Crypto.AlertOffset + 256 => new TlsFailure(TlsFailureKind.Alert, reason - Crypto.AlertOffset, text),
            _ => new TlsFailure(TlsFailureKind.Protocol, -1, text),
        };
    }

    private static TlsFailure Verification(nint ssl, int depth)
    {
        nint result = Ssl.VerifyResult(ssl);
        string text = Marshal.PtrToStringUTF8((nint)Crypto.VerifyErrorText(result)) ?? "verification failed";
        string where = depth == 0 ? "leaf" : $"certificate {depth} above the leaf";
        return result switch
        {
            Crypto.VerifyExpired => new TlsFailure(TlsFailureKind.ExpiredCertificate, -1, $"{text} ({where})"),
            Crypto.VerifyNotYetValid => new TlsFailure(TlsFailureKind.NotYetValidCertificate, -1, $"{text} ({where})"),
            Crypto.VerifyHostMismatch => new TlsFailure(TlsFailureKind.NameMismatch, -1, "the certificate does not carry the expected identity"),
            _ => new TlsFailure(TlsFailureKind.UntrustedCertificate, -1, $"{text} ({where})"),
        };
    }

    private static string Text(nuint error)
        => error == 0 ? "no reason given" : Marshal.PtrToStringUTF8((nint)Crypto.ReasonText(error)) ?? $"error {error:x}";
}
