using Google.Protobuf;

namespace Linkerd.Grpc;

/// <summary>Makes methods whose messages are protobuf's, from names and parsers: no descriptors.</summary>
public static class Methods
{
    /// <summary>One request, one response.</summary>
    public static Method<TRequest, TResponse> Unary<TRequest, TResponse>(string service, string name, MessageParser<TRequest> request, MessageParser<TResponse> response)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse>
        => new(MethodType.Unary, service, name, Marshallers.Protobuf(request), Marshallers.Protobuf(response));

    /// <summary>One request, many responses.</summary>
    public static Method<TRequest, TResponse> ServerStreaming<TRequest, TResponse>(string service, string name, MessageParser<TRequest> request, MessageParser<TResponse> response)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse>
        => new(MethodType.ServerStreaming, service, name, Marshallers.Protobuf(request), Marshallers.Protobuf(response));

    /// <summary>Many requests, one response.</summary>
    public static Method<TRequest, TResponse> ClientStreaming<TRequest, TResponse>(string service, string name, MessageParser<TRequest> request, MessageParser<TResponse> response)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse>
        => new(MethodType.ClientStreaming, service, name, Marshallers.Protobuf(request), Marshallers.Protobuf(response));

    /// <summary>Many requests and many responses.</summary>
    public static Method<TRequest, TResponse> DuplexStreaming<TRequest, TResponse>(string service, string name, MessageParser<TRequest> request, MessageParser<TResponse> response)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse>
        => new(MethodType.DuplexStreaming, service, name, Marshallers.Protobuf(request), Marshallers.Protobuf(response));
}
