namespace Linkerd.Local.Cluster;

/// <summary>The steps of a start, from the processes that make them to the command that shows them: one line each in a file.</summary>
internal sealed class Progress(string path)
{
    /// <summary>The line that says that the API can be used.</summary>
    public const string Ready = "ready";

    /// <summary>What a line begins with that says why the start failed.</summary>
    public const string Failed = "failed ";

    private readonly Lock _lock = new();

    /// <summary>Adds a line.</summary>
    public void Step(string text)
    {
        lock (_lock)
            File.AppendAllText(path, text.ReplaceLineEndings(" ") + "\n");
    }
}
