namespace Linkerd.Grpc;

/// <summary>What every call under way offers. Disposing it cancels it.</summary>
public interface ICall : IDisposable
{
    /// <summary>The server's metadata; fails as the call does when none came.</summary>
    Task<Metadata> ResponseHeadersAsync { get; }

    /// <summary>How the call ended. Only once it has.</summary>
    Status GetStatus();

    /// <summary>The metadata at the end. Only once the call has ended.</summary>
    Metadata GetTrailers();
}
