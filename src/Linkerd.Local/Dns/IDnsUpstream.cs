namespace Linkerd.Local.Dns;

/// <summary>Answers for names outside of the cluster.</summary>
internal interface IDnsUpstream
{
    /// <summary>Forwards a query as it came; null when nobody answers.</summary>
    Task<byte[]?> AskAsync(ReadOnlyMemory<byte> query, CancellationToken cancel);
}
