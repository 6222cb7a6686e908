namespace Linkerd.Grpc.AspNetCore;

/// <summary>Hears of the calls of one method.</summary>
public interface IMethodObserver
{
    /// <summary>A call began.</summary>
    void Started();

    /// <summary>A message of the client was read.</summary>
    void Received();

    /// <summary>A message was sent to the client.</summary>
    void Sent();

    /// <summary>A call ended, each begun one exactly once.</summary>
    void Ended(StatusCode status, TimeSpan took);
}
