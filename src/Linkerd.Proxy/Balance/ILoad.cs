namespace Linkerd.Proxy.Balance;

/// <summary>Something whose load can be compared.</summary>
public interface ILoad
{
    /// <summary>Lower is better.</summary>
    double Cost(long now);
}
