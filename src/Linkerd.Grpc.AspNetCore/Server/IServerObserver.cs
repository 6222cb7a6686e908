namespace Linkerd.Grpc.AspNetCore;

/// <summary>Hears of the calls of a server, for metrics. Its methods are called by many threads at once and must not throw.</summary>
public interface IServerObserver
{
    /// <summary>Asked once for each method that is mapped, before the first call.</summary>
    IMethodObserver ForMethod(IMethod method);
}
