namespace Linkerd.Cli.Explain;

/// <summary>What the server's proxy does with a request.</summary>
/// <param name="Facts">What holds, in the order in which the proxy comes to it.</param>
/// <param name="Answer">What the client is answered.</param>
internal sealed record InboundVerdict(IReadOnlyList<Fact> Facts, Answer Answer);
