namespace Linkerd.Proxy.Identity;

/// <summary>Gets certificates from whoever issues them, and puts them in force in an <see cref="IdentityStore"/>.</summary>
public interface IIdentityProvider
{
    /// <summary>Runs on the control loop until cancelled; faults are logged and retried with backoff.</summary>
    Task RunAsync(CancellationToken cancellation);
}
