namespace Linkerd.Init.Flags;

/// <summary>The command line is wrong; the message names flag, value and what was expected.</summary>
internal sealed class FlagException(string message) : Exception(message);
