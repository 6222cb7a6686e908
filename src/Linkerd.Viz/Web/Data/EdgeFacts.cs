namespace Linkerd.Viz.Web.Data;

/// <summary>One edge of the graph.</summary>
internal sealed class EdgeFacts
{
    /// <summary>What the client's proxy measured.</summary>
    public Traffic Traffic { get; set; } = new();

    /// <summary>Identity of the server; empty when no connection is secured.</summary>
    public string ServerId { get; set; } = "";

    /// <summary>Why a connection is not secured; empty when all are.</summary>
    public string NoTlsReason { get; set; } = "";

    /// <summary>Whether every open connection is mutual TLS; false when there is none.</summary>
    public bool Secured => ServerId.Length > 0 && NoTlsReason.Length == 0;
}
