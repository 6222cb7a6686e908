using Linkerd.Http;

namespace Linkerd.Proxy.Admin;

/// <summary>A request to the admin server, read whole.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">Without the query.</param>
/// <param name="Query">Without the question mark; empty for none.</param>
/// <param name="Accept">The <c>accept</c> header; null for none.</param>
/// <param name="AcceptsGzip">Whether the answer may be compressed.</param>
/// <param name="Body">At most 8 KiB.</param>
/// <param name="IsLoopback">Whether the client is on the own host.</param>
public sealed record AdminRequest(RequestMethod Method, string Path, string Query, string? Accept, bool AcceptsGzip, string Body, bool IsLoopback);
