using Linkerd.Model;

namespace Linkerd.Cli.Explain;

/// <summary>Something that holds for a request, and what decided it.</summary>
/// <param name="Aspect">What it is about: policy, route, filter, timeout, retry, backend, server, authorization, rate limit.</param>
/// <param name="Text">What holds.</param>
/// <param name="Object">The resource that decided, such as <c>HTTPRoute shop/web</c>; empty for a default.</param>
/// <param name="Field">The field of it; empty for the whole resource.</param>
internal sealed record Fact(string Aspect, string Text, string Object = "", string Field = "")
{
    private static readonly Dictionary<string, string> Kinds = new(StringComparer.OrdinalIgnoreCase)
    {
        ["server"] = "Server",
        ["httproute"] = "HTTPRoute",
        ["grpcroute"] = "GRPCRoute",
        ["tlsroute"] = "TLSRoute",
        ["tcproute"] = "TCPRoute",
        ["service"] = "Service",
        ["egressnetwork"] = "EgressNetwork",
        ["authorizationpolicy"] = "AuthorizationPolicy",
        ["serverauthorization"] = "ServerAuthorization",
        ["httplocalratelimitpolicy"] = "HTTPLocalRateLimitPolicy",
        ["serviceprofile"] = "ServiceProfile",
    };

    /// <summary>A resource as kubectl's users write it; a default by its name alone.</summary>
    /// <param name="meta">Where a piece of configuration came from.</param>
    /// <param name="ns">The namespace where it does not say.</param>
    public static string Name(Meta meta, string ns = "")
    {
        if (meta.IsDefault)
            return $"default {meta.Name}";
        var own = meta.Namespace.Length > 0 ? meta.Namespace : ns;
        return $"{Kinds.GetValueOrDefault(meta.Kind, meta.Kind)} {(own.Length > 0 ? own + "/" : "")}{meta.Name}";
    }
}
