namespace Linkerd.Grpc;

/// <summary>One RPC: its names on the wire, its kind, and how its messages become bytes.</summary>
/// <param name="type">The kind of call.</param>
/// <param name="serviceName">The service's full name, such as <c>io.linkerd.proxy.destination.Destination</c>.</param>
/// <param name="name">The method's name.</param>
/// <param name="requestMarshaller">Of requests.</param>
/// <param name="responseMarshaller">Of responses.</param>
public sealed class Method<TRequest, TResponse>(
    MethodType type,
    string serviceName,
    string name,
    Marshaller<TRequest> requestMarshaller,
    Marshaller<TResponse> responseMarshaller) : IMethod
{
    /// <inheritdoc />
    public MethodType Type { get; } = type;

    /// <inheritdoc />
    public string ServiceName { get; } = serviceName;

    /// <inheritdoc />
    public string Name { get; } = name;

    /// <inheritdoc />
    public string FullName { get; } = $"/{serviceName}/{name}";

    /// <summary>How requests become bytes.</summary>
    public Marshaller<TRequest> RequestMarshaller { get; } = requestMarshaller;

    /// <summary>How responses become bytes.</summary>
    public Marshaller<TResponse> ResponseMarshaller { get; } = responseMarshaller;

    /// <inheritdoc />
    public override string ToString() => FullName;
}
