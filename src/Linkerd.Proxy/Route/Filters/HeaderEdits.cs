using System.Text;
using Linkerd.Http;
using Linkerd.Model;

namespace Linkerd.Proxy.Route;

/// <summary>
/// Header changes in bytes: fields are added, then set, then removed. Fields that frame a message or belong to one hop, and names and values that HTTP does
/// not allow, are passed over: policy cannot break a message.
/// </summary>
internal sealed class HeaderEdits
{
    private static readonly HashSet<string> s_framing = new(StringComparer.OrdinalIgnoreCase)
    {
        "connection", "content-length", "http2-settings", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    };

    private readonly (byte[] Name, byte[] Value)[] _add;
    private readonly (byte[] Name, byte[] Value)[] _set;
    private readonly byte[][] _remove;

    public HeaderEdits(HeaderChanges changes)
    {
        _add = [.. changes.Add.Where(IsField).Select(Pair)];
        _set = [.. changes.Set.Where(IsField).Select(Pair)];
        _remove = [.. changes.Remove.Where(IsName).Select(static n => Encoding.ASCII.GetBytes(n.ToLowerInvariant()))];
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

    private static bool IsField(KeyValuePair<string, string> field) => IsName(field.Key) && IsValue(field.Value);

    // RFC 9110 section 5.6.2.
    private static bool IsName(string name)
    {
        if (name.Length == 0 || s_framing.Contains(name)) return false;
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !"!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)) return false;
        }

        return true;
    }

    // RFC 9110 section 5.5: no control character but the tab, and no white space at the ends.
    private static bool IsValue(string value)
    {
        foreach (char c in value)
        {
            if (c is (< ' ' and not '\t') or '\x7f' or > '\xff') return false;
        }

        return value.AsSpan().Trim(" \t").Length == value.Length;
    }

    private static (byte[] Name, byte[] Value) Pair(KeyValuePair<string, string> field)
        => (Encoding.ASCII.GetBytes(field.Key.ToLowerInvariant()), Encoding.Latin1.GetBytes(field.Value));
}
