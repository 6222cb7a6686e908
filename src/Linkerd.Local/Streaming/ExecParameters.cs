namespace Linkerd.Local.Streaming;

/// <summary>Which streams a client wants of an exec or attach.</summary>
internal readonly record struct ExecParameters(bool Stdin, bool Stdout, bool Stderr, bool Tty);
