namespace Linkerd.Viz.Web.Api.Models;

/// <summary>What every refusal and failure answers: a sentence that says what to do.</summary>
internal sealed record ErrorAnswer(string Error);
