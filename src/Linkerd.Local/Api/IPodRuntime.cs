namespace Linkerd.Local.Api;

/// <summary>
/// What the API server asks of whoever runs the pods: the bytes behind <c>pods/log</c>, <c>pods/exec</c>, <c>pods/attach</c> and
/// <c>pods/portforward</c>. Every method throws <see cref="PodRuntimeException"/> for what a user should read.
/// </summary>
public interface IPodRuntime
{
    /// <summary>Writes the container's log to <paramref name="output"/>; with <see cref="PodLogRequest.Follow"/> until the container ends.</summary>
    Task WriteLogsAsync(PodLogRequest request, Stream output, CancellationToken cancellation);

    /// <summary>Runs a command in a running container and answers its exit code once its output has been written.</summary>
    Task<int> ExecAsync(PodExecRequest request, CancellationToken cancellation);

    /// <summary>Joins the output (and input, where asked) of a running container; returns when the container or the client ends.</summary>
    Task AttachAsync(PodExecRequest request, CancellationToken cancellation);

    /// <summary>Connects to a TCP port on the pod's loopback; the stream is closed by the caller.</summary>
    Task<Stream> DialAsync(PodReference pod, int port, CancellationToken cancellation);
}
