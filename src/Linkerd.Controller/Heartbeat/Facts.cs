namespace Linkerd.Controller.Heartbeat;

/// <summary>What is told, by parameter; sorted by name, so that equal meshes send equal requests.</summary>
internal sealed class Facts(Action<string> leftOut)
{
    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);

    public void Add(string name, string value) => _values[name] = value;

    /// <summary>Adds what a question answers; says why it is left out when it cannot be asked.</summary>
    public async Task TryAsync(string about, Func<Task> add)
    {
        try
        {
            await add();
        }
        catch (Exception e) when (e is Linkerd.Kubernetes.KubernetesException or HttpRequestException or FormatException or TaskCanceledException)
        {
            leftOut($"{about}: {e.Message}");
        }
    }

    /// <summary>The address with the facts as its query, after what it has of its own.</summary>
    public Uri AppendTo(Uri address)
    {
        var query = string.Join('&', _values.Select(static v => $"{Uri.EscapeDataString(v.Key)}={Uri.EscapeDataString(v.Value)}"));
        return new UriBuilder(address) { Query = address.Query.Length > 1 ? $"{address.Query[1..]}&{query}" : query }.Uri;
    }
}
