using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Viz.Tap;

/// <summary>Whoever asks, as the API server vouched for it.</summary>
internal sealed record TapUser(string Name, IReadOnlyList<string> Groups, IReadOnlyDictionary<string, IReadOnlyList<string>> Extra)
{
    /// <summary>Asks the API server whether the user may watch <c>RESOURCE/tap</c>.</summary>
    /// <exception cref="TapException">It may not.</exception>
    public async Task RequireAsync(KubernetesClient client, TapPath path, CancellationToken cancel)
    {
        var target = path.Target;
        var ns = target.Kind.Name == "namespace" ? target.Name : target.Namespace;
        var review = await client.Resource(Resources.SubjectAccessReviews).CreateAsync(
            new SubjectAccessReview
            {
                Spec = new SubjectAccessReviewSpec
                {
                    User = Name,
                    Groups = Groups,
                    Extra = Extra,
                    ResourceAttributes = new ResourceAttributes
                    {
                        Namespace = ns,
                        Verb = "watch",
                        Group = "tap.linkerd.io",
                        Version = "v1alpha1",
                        Resource = path.Resource,
                        Subresource = "tap",
                        Name = target.Name,
                    },
                },
            },
            null,
            cancel);
        if (review.Status?.Allowed == true)
            return;
        var reason = review.Status?.Reason is { Length: > 0 } why ? $" ({why})" : "";
        throw new TapException(
            403,
            $"tap authorization failed: {Name} may not watch {path.Resource}/tap in namespace {ns}{reason}; bind the ClusterRole linkerd-linkerd-viz-tap-admin to it, or ask your administrator");
    }
}
