namespace Linkerd.Local.Cluster;

/// <summary>The log of the cluster's own components: a line each, to stderr, which the supervisor keeps in a file.</summary>
internal sealed class NodeLog(TextWriter writer, TimeProvider clock)
{
    private readonly Lock _lock = new();

    /// <summary>Writes one line.</summary>
    public void Write(string component, string message)
    {
        var line = $"{clock.GetUtcNow().UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {component}: {message}";
        lock (_lock)
        {
            writer.WriteLine(line);
            writer.Flush();
        }
    }

    /// <summary>Writes a failure that is followed by another attempt.</summary>
    public void Failure(string component, Exception e) => Write(component, e is OperationCanceledException ? "cancelled" : $"{e.GetType().Name}: {e.Message}");
}
