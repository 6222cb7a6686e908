namespace Linkerd.Grpc;

/// <summary>What is known of an RPC without its message types.</summary>
public interface IMethod
{
    /// <summary>The kind of call.</summary>
    MethodType Type { get; }

    /// <summary>The service's full name.</summary>
    string ServiceName { get; }

    /// <summary>The method's name.</summary>
    string Name { get; }

    /// <summary>The request's <c>:path</c>: <c>/service/method</c>.</summary>
    string FullName { get; }
}
