using Linkerd.Controller.Identity.Core;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Identity.Index;

/// <summary>Asks the API server whose a token is.</summary>
internal sealed class TokenValidator(KubernetesClient client)
{
    private const string Audience = "identity.l5d.io";

    /// <summary>Larger tokens are not looked at, in bytes.</summary>
    private const int MaxToken = 64 * 1024;

    /// <summary>Namespace and name of the service account that a token proves.</summary>
    /// <exception cref="TokenException">It proves none.</exception>
    /// <exception cref="KubernetesException">The API server did not answer.</exception>
    public async Task<(string Namespace, string Name)> ValidateAsync(string token, CancellationToken cancel)
    {
        if (token.Length > MaxToken)
            throw new TokenException($"the token is longer than {MaxToken} bytes", isInvalid: true);
        var status = await ReviewAsync(token, [Audience], cancel);
        // Pods injected without a projected token have one for the API server's own audience.
        if (status.Error?.Contains("audience", StringComparison.OrdinalIgnoreCase) == true)
            status = await ReviewAsync(token, null, cancel);
        if (!string.IsNullOrEmpty(status.Error))
            throw new TokenException(status.Error, isInvalid: true);
        if (status.Authenticated != true)
            throw new TokenException("token could not be authenticated", isInvalid: false);
        return WorkloadIdentity.Account(status.User?.Username ?? "");
    }

    private async Task<TokenReviewStatus> ReviewAsync(string token, IReadOnlyList<string>? audiences, CancellationToken cancel)
    {
        var review = new TokenReview { Spec = new TokenReviewSpec { Token = token, Audiences = audiences } };
        return (await client.Resource(Resources.TokenReviews).CreateAsync(review, cancel: cancel)).Status ?? new TokenReviewStatus();
    }
}
