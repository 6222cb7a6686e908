namespace Linkerd.Controller.Common;

/// <summary>A client read its stream too slowly; it is closed, and the client connects again.</summary>
internal sealed class StreamOverflowException() : Exception("the client reads its updates too slowly");
