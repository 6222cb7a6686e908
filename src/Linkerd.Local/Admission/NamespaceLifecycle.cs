using Linkerd.Local.Api;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Admission;

/// <summary>Nothing is created in a namespace that is absent or on its way out; the system's namespaces stay.</summary>
internal sealed class NamespaceLifecycle(ApiCore core)
{
    private static readonly string[] Immortal = ["default", "kube-system", "kube-public"];

    public void Check(AdmissionContext context)
    {
        if (context is { Operation: AdmissionOperation.Delete, Resource: { Group: "", Plural: "namespaces" } } && Immortal.Contains(context.Name))
            throw ApiException.Forbidden(context.Resource, context.Name, "this namespace may not be deleted");
        if (context.Operation != AdmissionOperation.Create || !context.Resource.Namespaced || context.Resource.Virtual && context.Resource.Group == "authorization.k8s.io") return;
        var space = core.Find("", "namespaces", "", context.Namespace)
            ?? throw ApiException.NotFound(core.Registry.Get("", "namespaces"), context.Namespace);
        if (!Metadata.IsDeleting(space.Node) || context.Subresource.Length > 0) return;
        throw new ApiException(403, "Forbidden",
            $"{context.Resource.Qualified} \"{context.Name}\" is forbidden: unable to create new content in namespace {context.Namespace} because it is being terminated")
        {
            Subject = (context.Name, context.Resource.Group, context.Resource.Plural),
            Causes = [new StatusCause("NamespaceTerminating", $"namespace {context.Namespace} is being terminated", "metadata.namespace")],
        };
    }
}
