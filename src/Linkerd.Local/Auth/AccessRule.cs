using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Auth;

/// <summary>One policy rule of a role.</summary>
internal sealed class AccessRule(JsonObject node)
{
    private readonly string[] _verbs = [.. node.Arr("verbs").Strings()];
    private readonly string[] _groups = [.. node.Arr("apiGroups").Strings()];
    private readonly string[] _resources = [.. node.Arr("resources").Strings()];
    private readonly string[] _names = [.. node.Arr("resourceNames").Strings()];
    private readonly string[] _paths = [.. node.Arr("nonResourceURLs").Strings()];

    public JsonObject Node { get; } = node;

    public bool Allows(AccessQuestion question)
    {
        if (!_verbs.Contains("*") && !_verbs.Contains(question.Verb)) return false;
        if (question.Path is { } path) return _paths.Any(p => p == "*" || p == path || (p.EndsWith('*') && path.StartsWith(p.AsSpan(0, p.Length - 1), StringComparison.Ordinal)));
        if (!_groups.Contains("*") && !_groups.Contains(question.Group)) return false;
        if (_names.Length > 0 && !_names.Contains(question.Name)) return false;
        return _resources.Any(r => r == "*" || r == question.FullResource || (question.Subresource.Length > 0 && r == "*/" + question.Subresource));
    }
}
