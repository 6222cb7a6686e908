namespace Linkerd.Controller.Common.Reading;

/// <summary>A resource says something that cannot be used; the message names the field, the value and the fix.</summary>
internal class InvalidResourceException(string message) : Exception(message);
