using System.Text.RegularExpressions;
using Linkerd.Controller.Common.Reading;
using Linkerd.Model;

namespace Linkerd.Controller.Policy.Reading;

/// <summary>Identities of the mesh by what they belong to.</summary>
/// <param name="ControlPlaneNamespace">Namespace of the control plane, a part of every identity.</param>
/// <param name="Domain">Trust domain, the end of every identity.</param>
internal sealed partial record IdentityNames(string ControlPlaneNamespace, string Domain)
{
    private const int MaxLength = 253;

    /// <summary>The identity of a service account.</summary>
    public string Of(string ns, string account) => $"{account}.{OfAll(ns)}";

    /// <summary>The end of the identities of all accounts of a namespace.</summary>
    public string OfAll(string ns) => $"{ns}.serviceaccount.identity.{ControlPlaneNamespace}.{Domain}";

    /// <summary>An identity as a resource writes it: <c>*</c>, <c>*.suffix</c>, a DNS name, or a SPIFFE URI.</summary>
    public static IdentityMatch Read(Field field)
    {
        var text = field.Text();
        return text == "*" || Pattern().IsMatch(text) && text.Length <= MaxLength || Uri().IsMatch(text)
            ? IdentityMatch.Parse(text)
            : throw field.Fault("is no identity: write \"*\", a DNS name, or \"*.\" and the end of one");
    }

    [GeneratedRegex(@"^(\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Pattern();

    [GeneratedRegex(@"^spiffe://[a-z0-9._-]{1,255}(/[A-Za-z0-9._-]+)*\z")]
    private static partial Regex Uri();
}
