namespace Linkerd.Local.Api;

/// <summary>What the pod runtime could not do, in words for the user; answered as a <c>Status</c> with <see cref="HttpStatus"/>.</summary>
public sealed class PodRuntimeException : Exception
{
    /// <summary>Makes the error; <paramref name="httpStatus"/> is 400 (the container is not running), 404 or 500.</summary>
    public PodRuntimeException(string message, int httpStatus = 400, Exception? inner = null)
        : base(message, inner) => HttpStatus = httpStatus;

    /// <summary>The HTTP status that the API server answers.</summary>
    public int HttpStatus { get; }
}
