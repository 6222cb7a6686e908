namespace Linkerd.Grpc.AspNetCore;

/// <summary>Limits and habits of served methods.</summary>
public sealed class GrpcServerOptions
{
    private int _maxReceiveMessageSize = Protocol.GrpcProtocol.DefaultMaxMessageSize;
    private int _maxSendMessageSize = Protocol.GrpcProtocol.DefaultMaxMessageSize;

    /// <summary>Largest request message, in octets. Default 4 MiB; larger ones are answered with RESOURCE_EXHAUSTED.</summary>
    public int MaxReceiveMessageSize
    {
        get => _maxReceiveMessageSize;
        set => _maxReceiveMessageSize = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "must be above 0");
    }

    /// <summary>Largest response message, in octets. Default 4 MiB; larger ones end the call with RESOURCE_EXHAUSTED.</summary>
    public int MaxSendMessageSize
    {
        get => _maxSendMessageSize;
        set => _maxSendMessageSize = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "must be above 0");
    }

    /// <summary>Where failures of handlers are reported, with the method's full name; null: nowhere. A status that the handler chose is no failure.</summary>
    public Action<string, Exception>? OnHandlerFailed { get; set; }

    /// <summary>Called once per call when it has ended, with its method, its status and how long it took; null: not.</summary>
    public Action<IMethod, StatusCode, TimeSpan>? OnCallEnded { get; set; }
}
