using System.Diagnostics.CodeAnalysis;
using Linkerd.Api.Mapping;
using Linkerd.Model;

namespace Linkerd.Controller.Policy.Index;

/// <summary>Two policies are the same when a proxy would be told the same.</summary>
internal sealed class ServerPolicyComparer : IEqualityComparer<ServerPolicy>
{
    public static ServerPolicyComparer Instance { get; } = new();

    public bool Equals(ServerPolicy? x, ServerPolicy? y) =>
        ReferenceEquals(x, y) || (x is not null && y is not null && ServerPolicyMessages.ToWire(x).Equals(ServerPolicyMessages.ToWire(y)));

    public int GetHashCode([DisallowNull] ServerPolicy obj) => obj.Meta.GetHashCode();
}
