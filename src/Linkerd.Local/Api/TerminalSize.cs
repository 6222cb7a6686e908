namespace Linkerd.Local.Api;

/// <summary>The size of a terminal in character cells.</summary>
public readonly record struct TerminalSize(ushort Width, ushort Height);
