namespace Linkerd.Local.Dns;

/// <summary>A query: id, flags, and its one question. The name is in lower case without the final dot.</summary>
internal sealed record DnsQuestion(ushort Id, bool Recursion, string Name, string AskedName, DnsType Type, ushort Class);
