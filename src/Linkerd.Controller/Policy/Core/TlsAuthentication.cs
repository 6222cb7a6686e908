using Linkerd.Model;

namespace Linkerd.Controller.Policy.Core;

/// <summary>A MeshTLSAuthentication: identities of clients.</summary>
internal sealed record TlsAuthentication(ResourceName Name, DateTimeOffset Created, IReadOnlyList<IdentityMatch> Identities) : IPolicyResource;
