using System.Diagnostics.CodeAnalysis;
using Linkerd.Api.Mapping;
using Linkerd.Model;

namespace Linkerd.Controller.Policy.Index;

/// <summary>Two policies are the same when a proxy would be told the same.</summary>
internal sealed class ClientPolicyComparer : IEqualityComparer<ClientPolicy>
{
    public static ClientPolicyComparer Instance { get; } = new();

    public bool Equals(ClientPolicy? x, ClientPolicy? y) =>
        ReferenceEquals(x, y) || (x is not null && y is not null && ClientPolicyMessages.ToWire(x).Equals(ClientPolicyMessages.ToWire(y)));

    public int GetHashCode([DisallowNull] ClientPolicy obj) => obj.Meta.GetHashCode();
}
