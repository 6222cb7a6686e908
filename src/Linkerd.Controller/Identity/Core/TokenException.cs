namespace Linkerd.Controller.Identity.Core;

/// <summary>A token does not prove an identity.</summary>
/// <param name="message">Why.</param>
/// <param name="isInvalid">The token itself is wrong, rather than not accepted.</param>
internal sealed class TokenException(string message, bool isInvalid) : Exception(message)
{
    public bool IsInvalid { get; } = isInvalid;
}
