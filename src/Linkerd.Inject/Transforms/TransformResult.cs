namespace Linkerd.Inject.Transforms;

/// <summary>Outcome of a transform of one input.</summary>
/// <param name="Output">For stdout; empty when there are errors.</param>
/// <param name="Report">For stderr, after the output; empty when there are errors.</param>
/// <param name="Errors">Why nothing was written; the exit code is then 1.</param>
public sealed record TransformResult(string Output, string Report, IReadOnlyList<string> Errors)
{
    /// <summary>What stderr says when there are errors.</summary>
    public string ErrorText => "Error transforming resources:\n" + string.Join('\n', Errors);
}
