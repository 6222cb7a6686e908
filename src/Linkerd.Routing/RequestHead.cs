using System.Text;
using Linkerd.Http;

namespace Linkerd.Routing;

/// <summary>The head of a request that nobody has sent, to ask of it what would become of it.</summary>
public static class RequestHead
{
    /// <summary>Makes it.</summary>
    /// <param name="method">Method, as it stands in the request.</param>
    /// <param name="authority">Host, with its port where the client writes one.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="headers">Fields, in order.</param>
    public static HeaderBlock Of(string method, string authority, string path, IEnumerable<KeyValuePair<string, string>> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        var head = new HeaderBlock();
        head.SetMethod(Encoding.ASCII.GetBytes(method));
        head.SetScheme("http"u8);
        head.SetAuthority(Encoding.UTF8.GetBytes(authority));
        head.SetPath(Encoding.UTF8.GetBytes(path));
        foreach ((string name, string value) in headers) head.Add(Encoding.ASCII.GetBytes(name.ToLowerInvariant()), Encoding.Latin1.GetBytes(value));
        return head;
    }
}
