namespace Linkerd.Model;

/// <summary>How a text is compared.</summary>
public enum TextMatchKind
{
    Exact,

    /// <summary>Whole path segments.</summary>
    Prefix,

    /// <summary>A regular expression over the whole text.</summary>
    Regex,
}
