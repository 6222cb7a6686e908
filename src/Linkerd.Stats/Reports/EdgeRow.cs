namespace Linkerd.Stats.Reports;

/// <summary>One connection between two resources, as both ends report it.</summary>
/// <param name="Source">Name of the client's resource.</param>
/// <param name="SourceNamespace">Its namespace.</param>
/// <param name="Destination">Name of the server's resource.</param>
/// <param name="DestinationNamespace">Its namespace.</param>
/// <param name="ClientId">Identity of the client, shortened to <c>account.namespace</c>; empty when the connection is not secured.</param>
/// <param name="ServerId">Identity of the server, likewise.</param>
/// <param name="NoTlsReason">Why there is no TLS; empty when there is.</param>
public sealed record EdgeRow(
    string Source, string SourceNamespace, string Destination, string DestinationNamespace, string ClientId, string ServerId, string NoTlsReason)
{
    /// <summary>Whether both ends authenticated each other.</summary>
    public bool Secured => NoTlsReason.Length == 0;
}
