namespace Linkerd.Local.Api;

/// <summary>The form of an answer, negotiated from <c>Accept</c>.</summary>
internal enum AnswerForm
{
    Json,
    Yaml,
    Table,
    PartialMetadata,
}
