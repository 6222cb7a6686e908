namespace Linkerd.Net;

/// <summary>A TLS failure as a value. <see cref="Alert"/> is the number of RFC 8446 section 6 when the peer sent one, else -1.</summary>
public sealed record TlsFailure(TlsFailureKind Kind, int Alert, string Detail)
{
    public override string ToString() => Kind == TlsFailureKind.Alert ? $"peer refused with TLS alert {Alert}: {Detail}" : $"{Kind}: {Detail}";
}
