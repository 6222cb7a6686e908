using Linkerd.Model;
using Linkerd.Proxy.Detect;

namespace Linkerd.Proxy.Outbound;

/// <summary>Backends that are the same, so that one survives a new snapshot.</summary>
internal sealed record BackendKey(Meta Parent, Backend Backend, DetectedProtocol Protocol, FailureAccrual? Accrual);
