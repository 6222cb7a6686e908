using System.Text;
using Linkerd.Http;
using Linkerd.Model;

namespace Linkerd.Proxy.Route;

/// <summary>Header changes in bytes: fields are added, then set, then removed.</summary>
internal sealed class HeaderEdits
{
    private readonly (byte[] Name, byte[] Value)[] _add;
    private readonly (byte[] Name, byte[] Value)[] _set;
    private readonly byte[][] _remove;

    public HeaderEdits(HeaderChanges changes)
    {
        _add = [.. changes.Add.Select(Pair)];
        _set = [.. changes.Set.Select(Pair)];
        _remove = [.. changes.Remove.Select(static n => Encoding.ASCII.GetBytes(n.ToLowerInvariant()))];
    }

    public void Apply(HeaderBlock head)
    {
        foreach ((byte[] name, byte[] value) in _add)
        {
            if (!TrySetHost(head, name, value)) head.Add(name, value);
        }

        foreach ((byte[] name, byte[] value) in _set)
        {
            if (!TrySetHost(head, name, value)) head.Set(name, value);
        }

        foreach (byte[] name in _remove) head.Remove(name);
    }

    // A request has one host, which is kept beside the fields; a response has none.
    private static bool TrySetHost(HeaderBlock head, byte[] name, byte[] value)
    {
        if (!name.AsSpan().SequenceEqual("host"u8)) return false;
        if (head.Status == 0) head.SetAuthority(value);
        return true;
    }

    private static (byte[] Name, byte[] Value) Pair(KeyValuePair<string, string> field)
        => (Encoding.ASCII.GetBytes(field.Key.ToLowerInvariant()), Encoding.Latin1.GetBytes(field.Value));
}
