namespace Linkerd.Proxy.Detect;

/// <summary>Values of <see cref="DetectException.Reason"/>.</summary>
internal static class DetectReasons
{
    public const string TlsTimeout = "tls detection timeout";
    public const string Io = "i/o";
}
