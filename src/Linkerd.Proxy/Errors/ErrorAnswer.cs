namespace Linkerd.Proxy.Errors;

/// <summary>What an error becomes on the wire.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="GrpcCode">gRPC code, for requests whose content type starts with <c>application/grpc</c>; the status is 200 then.</param>
/// <param name="ClosesConnection">HTTP/1.1: <c>connection: close</c> is added and honoured.</param>
/// <param name="Label">Value of the <c>error</c> label.</param>
/// <param name="Text">Usual words for <c>l5d-proxy-error</c>.</param>
public sealed record ErrorAnswer(int Status, int GrpcCode, bool ClosesConnection, string Label, string Text)
{
    /// <summary>Value of <c>location</c>; null for none.</summary>
    public string? Location { get; init; }
}
