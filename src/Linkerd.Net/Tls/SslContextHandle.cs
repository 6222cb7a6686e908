using System.Runtime.InteropServices;
using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>One reference to an SSL_CTX; each connection made from it holds another.</summary>
internal sealed class SslContextHandle : SafeHandle
{
    public SslContextHandle(nint context)
        : base(0, ownsHandle: true) => SetHandle(context);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Ssl.ContextFree(handle);
        return true;
    }
}
