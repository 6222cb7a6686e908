namespace Linkerd.Controller.Policy.Core;

/// <summary>What one port of a pod lets in; compares by content.</summary>
/// <param name="Policy">Who is let in.</param>
/// <param name="Opaque">Whether the port's protocol is not to be detected.</param>
/// <param name="ProbePaths">Paths of the kubelet's HTTP probes on the port, sorted, which anyone may get.</param>
public sealed record InboundServer(DefaultPolicy Policy, bool Opaque, IReadOnlyList<string> ProbePaths)
{
    public bool Equals(InboundServer? other) => other is not null && Policy == other.Policy && Opaque == other.Opaque && ProbePaths.SequenceEqual(other.ProbePaths);

    public override int GetHashCode() => HashCode.Combine(Policy, Opaque, ProbePaths.Count);
}
