namespace Linkerd.Proxy.Detect;

/// <summary>How far a transport header could be decoded.</summary>
public enum HeaderDecoding
{
    NeedMore,
    Complete,
    Malformed,
}
