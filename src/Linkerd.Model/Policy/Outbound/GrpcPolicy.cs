namespace Linkerd.Model;

/// <summary>gRPC routes, with the breaker of their endpoints.</summary>
public sealed record GrpcPolicy(IReadOnlyList<OutboundGrpcRoute> Routes, FailureAccrual? FailureAccrual);
