namespace Linkerd.Controller.Identity.Core;

/// <summary>A signing request is not for the identity that is asked for, or not one that is signed.</summary>
internal sealed class SigningRequestException(string message) : Exception(message);
