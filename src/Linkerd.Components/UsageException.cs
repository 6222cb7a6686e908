namespace Linkerd.Components;

/// <summary>Arguments that cannot be used; the message has one line per fault and says how to mend it.</summary>
internal sealed class UsageException(string message) : Exception(message);
