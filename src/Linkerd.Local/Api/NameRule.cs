namespace Linkerd.Local.Api;

/// <summary>Which names a kind allows.</summary>
internal enum NameRule
{
    /// <summary>RFC 1123 subdomain: lower case, digits, dash, dot; at most 253.</summary>
    Subdomain,

    /// <summary>RFC 1123 label: at most 63, no dot.</summary>
    Label,

    /// <summary>RFC 1035 label: begins with a letter (Services).</summary>
    ServiceLabel,

    /// <summary>Anything that can be one segment of a path (RBAC).</summary>
    PathSegment,
}
