using Linkerd.Model;

namespace Linkerd.Controller.Policy.Core;

/// <summary>An HTTPLocalRateLimitPolicy: limits of one Server.</summary>
internal sealed record RateLimitPolicy(ResourceName Name, DateTimeOffset Created, string Server, LocalRateLimit Limit) : IPolicyResource;
