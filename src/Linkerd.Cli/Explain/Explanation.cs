namespace Linkerd.Cli.Explain;

/// <summary>All that <c>linkerd explain</c> says.</summary>
/// <param name="From">The client.</param>
/// <param name="To">The destination.</param>
/// <param name="Request">The request.</param>
/// <param name="Outbound">What holds at the client's proxy.</param>
/// <param name="Refusal">What the client's proxy answers itself; null when the request goes on.</param>
/// <param name="Paths">Where the request may go.</param>
internal sealed record Explanation(string From, string To, string Request, IReadOnlyList<Fact> Outbound, Answer? Refusal, IReadOnlyList<ExplainedPath> Paths);

/// <summary>One way that a request may take.</summary>
/// <param name="Backend">The backend, with the field that names it.</param>
/// <param name="Share">Its share, 0 to 1.</param>
/// <param name="Pod">The pod that was asked about; empty where there is none.</param>
/// <param name="Inbound">What holds at its proxy.</param>
/// <param name="Answer">What the client is answered.</param>
internal sealed record ExplainedPath(Fact Backend, double Share, string Pod, IReadOnlyList<Fact> Inbound, Answer Answer);
