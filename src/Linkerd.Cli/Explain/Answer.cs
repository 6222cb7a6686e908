namespace Linkerd.Cli.Explain;

/// <summary>What a client would be answered.</summary>
/// <param name="Status">HTTP status; 0 where the application decides, -1 where the connection is closed.</param>
/// <param name="Reason">Why.</param>
internal sealed record Answer(int Status, string Reason)
{
    /// <summary>Nothing of the mesh stands in the way.</summary>
    public static Answer Application { get; } = new(0, "the application answers");

    /// <summary>As a line.</summary>
    public string Text => Status switch { 0 => Reason, < 0 => $"connection refused: {Reason}", _ => $"{Status}: {Reason}" };
}
