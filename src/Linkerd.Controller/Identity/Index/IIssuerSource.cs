using Linkerd.Controller.Identity.Core;

namespace Linkerd.Controller.Identity.Index;

/// <summary>Where the issuer and the trust anchors come from.</summary>
internal interface IIssuerSource
{
    /// <summary>What they are now, PEM. Asked every few seconds: it must not wait for anything.</summary>
    /// <exception cref="IssuerException">Something is missing; the message says what, and where it was looked for.</exception>
    (string Certificate, string Key, string Anchors) Read();
}
