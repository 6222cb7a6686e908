namespace Linkerd.Controller.Identity.Core;

/// <summary>Names of identities.</summary>
internal static class WorkloadIdentity
{
    private const int MaxLabel = 63;

    /// <summary>The identity of a service account: <c>sa.ns.serviceaccount.identity.controllerNs.trustDomain</c>.</summary>
    public static string Of(string ns, string serviceAccount, string controllerNamespace, string trustDomain) =>
        $"{serviceAccount}.{ns}.serviceaccount.identity.{controllerNamespace}.{trustDomain}";

    /// <summary>Namespace and name of the service account that a user name (<c>system:serviceaccount:ns:sa</c>) stands for.</summary>
    /// <exception cref="TokenException">The user is not a service account whose identity can be written.</exception>
    public static (string Namespace, string Name) Account(string userName)
    {
        var parts = userName.Split(':');
        if (parts.Length != 4 || parts[0] != "system")
            throw new TokenException($"Username must be in form system:TYPE:NS:SA: {userName}", isInvalid: true);
        if (parts[1] != "serviceaccount")
            throw new TokenException($"Username must be of a service account: {userName}", isInvalid: true);
        foreach (var label in parts[2..])
        {
            if (!IsLabel(label))
                throw new TokenException($"Not a label: {label}", isInvalid: true);
        }

        return (parts[2], parts[3]);
    }

    private static bool IsLabel(string text) =>
        text.Length is > 0 and <= MaxLabel && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && text[0] != '-' && text[^1] != '-';
}
