namespace Linkerd.Cli.Commands.Viz.Top;

/// <summary>Requests of one kind: by source, destination, method and path, or route.</summary>
internal sealed record TopKey(string Source, string Destination, string Method, string Path, string Route);

/// <summary>What came of them. Times are of the whole exchange.</summary>
internal sealed class TopRow(TopKey key)
{
    public TopKey Key { get; } = key;

    public int Count { get; private set; }

    public int Failures { get; private set; }

    public TimeSpan Best { get; private set; } = TimeSpan.MaxValue;

    public TimeSpan Worst { get; private set; }

    public TimeSpan Last { get; private set; }

    public double SuccessRate => Count == 0 ? 1 : (double)(Count - Failures) / Count;

    public void Add(TimeSpan took, bool failed)
    {
        Count++;
        Failures += failed ? 1 : 0;
        Last = took;
        Best = took < Best ? took : Best;
        Worst = took > Worst ? took : Worst;
    }
}
