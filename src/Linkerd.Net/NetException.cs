using System.Runtime.InteropServices;

namespace Linkerd.Net;

/// <summary>A system call failed while something was being set up. Faults of live connections are values (<see cref="TransportFault"/>), not exceptions.</summary>
public sealed class NetException : IOException
{
    public NetException(string operation, int errno)
        : base($"{operation}: {Marshal.GetPInvokeErrorMessage(errno)} ({Linkerd.Net.Errno.Name(errno)})") => Errno = errno;

    public NetException()
    {
    }

    public NetException(string message)
        : base(message)
    {
    }

    public NetException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The <c>errno</c> of the call; 0 when none applies.</summary>
    public int Errno { get; }

    internal static NetException Last(string operation) => new(operation, Marshal.GetLastPInvokeError());
}
