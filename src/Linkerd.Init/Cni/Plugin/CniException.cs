namespace Linkerd.Init.Cni.Plugin;

/// <summary>What the runtime is answered when a command fails.</summary>
/// <param name="code">One of <see cref="CniErrorCode"/>.</param>
/// <param name="message">Short.</param>
/// <param name="details">What to do, or what lies behind it; may be empty.</param>
internal sealed class CniException(int code, string message, string details = "") : Exception(message)
{
    public int Code { get; } = code;

    public string Details { get; } = details;
}
