namespace Linkerd.Inject.Transforms;

/// <summary>How transformed documents are written.</summary>
public enum OutputFormat
{
    /// <summary>YAML documents, each followed by <c>---</c>; what was not changed stays as it was, comments included.</summary>
    Yaml,

    /// <summary>One JSON document a line.</summary>
    Json,
}
