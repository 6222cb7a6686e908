namespace Linkerd.Grpc;

/// <summary>Responses to the client; returning from the handler ends them.</summary>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>;
