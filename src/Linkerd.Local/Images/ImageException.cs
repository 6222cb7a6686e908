namespace Linkerd.Local.Images;

/// <summary>An image is not here or cannot be read; the message says what to do.</summary>
public sealed class ImageException(string message, Exception? inner = null) : Exception(message, inner);
