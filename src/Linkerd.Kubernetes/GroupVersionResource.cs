namespace Linkerd.Kubernetes;

/// <summary>Names a resource of the API; the group is empty for the core group.</summary>
/// <param name="Group">API group, for example <c>apps</c>, or empty.</param>
/// <param name="Version">API version, for example <c>v1</c>.</param>
/// <param name="Resource">Plural name in lower case, for example <c>deployments</c>.</param>
public readonly record struct GroupVersionResource(string Group, string Version, string Resource)
{
    /// <summary>The <c>apiVersion</c> of objects: <c>v1</c> or <c>apps/v1</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The path that serves the group version: <c>api/v1</c> or <c>apis/apps/v1</c>, without slashes at the ends.</summary>
    public string BasePath => Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}";

    public override string ToString() => Group.Length == 0 ? $"{Resource}/{Version}" : $"{Resource}.{Group}/{Version}";
}
