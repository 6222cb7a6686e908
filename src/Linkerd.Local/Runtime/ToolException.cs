namespace Linkerd.Local.Runtime;

/// <summary>A tool of the system is missing or failed; the message is for the user.</summary>
public sealed class ToolException(string message) : Exception(message);
