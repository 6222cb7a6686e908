using System.Security.Cryptography;
using System.Text;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Viz.Web.Access;

namespace Linkerd.Viz.Web.Sessions;

/// <summary>
/// Opens sessions for whoever may act as the dashboard in Kubernetes: <c>linkerd viz dashboard</c> asks the API server for a token of the
/// dashboard's ServiceAccount and the audience below, and the API server is asked here whether it is real. Each token opens one session.
/// </summary>
internal sealed class KubernetesTokens(KubernetesClient client, string vizNamespace)
{
    /// <summary>The audience: such a token is of no use with the API server itself.</summary>
    public const string Audience = "dashboard.linkerd.io";

    private const int MaxToken = 8 * 1024;

    // Tokens live ten minutes at least; this many cannot be asked for in that time by one who may.
    private readonly BoundedTable<string, bool> _used = new(10_000);

    /// <summary>The user to show, or null when the token opens nothing.</summary>
    public async Task<string?> RedeemAsync(string token, CancellationToken cancel)
    {
        if (token.Length is 0 or > MaxToken)
            return null;
        var review = await client.Resource(Resources.TokenReviews).CreateAsync(
            new TokenReview { Spec = new TokenReviewSpec { Token = token, Audiences = [Audience] } }, cancel: cancel);
        var user = review.Status?.User?.Username;
        if (review.Status is not { Authenticated: true } || review.Status.Audiences?.Contains(Audience) != true || user != $"system:serviceaccount:{vizNamespace}:web")
            return null;
        var key = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        return _used.TryAdd(key, true) ? "kubeconfig" : null;
    }
}
