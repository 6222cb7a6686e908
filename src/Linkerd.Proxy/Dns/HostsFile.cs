using System.Net;

namespace Linkerd.Proxy.Dns;

/// <summary>Names that a hosts(5) file gives addresses to.</summary>
public sealed class HostsFile
{
    private const int MaxBytes = 1024 * 1024;

    private readonly string _path;
    private readonly Dictionary<string, List<IPAddress>> _names = new(StringComparer.OrdinalIgnoreCase);
    private DateTime _changed;

    public HostsFile(string path) => _path = path;

    /// <summary>The addresses of a name; none when the file does not know it, or cannot be read. The file is read again when it has changed.</summary>
    public IReadOnlyList<IPAddress> Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Refresh();
        return _names.TryGetValue(name, out List<IPAddress>? addresses) ? addresses : [];
    }

    private void Refresh()
    {
        try
        {
            var file = new FileInfo(_path);
            if (!file.Exists || file.Length > MaxBytes || file.LastWriteTimeUtc == _changed) return;
            string[] lines = File.ReadAllLines(_path);
            _changed = file.LastWriteTimeUtc;
            _names.Clear();
            foreach (string line in lines) Add(line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What was read last stays in force.
        }
    }

    private void Add(string[] words)
    {
        if (words.Length < 2 || !IPAddress.TryParse(words[0], out IPAddress? address)) return;
        foreach (string name in words.AsSpan(1))
        {
            if (!_names.TryGetValue(name.TrimEnd('.'), out List<IPAddress>? addresses)) _names.Add(name.TrimEnd('.'), addresses = []);
            addresses.Add(address);
        }
    }
}
