using Google.Protobuf;

namespace Linkerd.Grpc.AspNetCore;

/// <summary>The methods of <c>grpc.health.v1.Health</c>. Their messages are one field each: a service's name, and a status.</summary>
public static class HealthMethods
{
    private const string ServiceName = "grpc.health.v1.Health";

    /// <summary>How a service is now; "" stands for the whole server.</summary>
    public static Method<string, HealthStatus> Check { get; } = new(MethodType.Unary, ServiceName, "Check", new RequestMarshaller(), new ResponseMarshaller());

    /// <summary>The same, and again whenever it changes.</summary>
    public static Method<string, HealthStatus> Watch { get; } = new(MethodType.ServerStreaming, ServiceName, "Watch", new RequestMarshaller(), new ResponseMarshaller());

    private sealed class RequestMarshaller : Marshaller<string>
    {
        public override int GetSize(string value) => value.Length == 0 ? 0 : 1 + CodedOutputStream.ComputeStringSize(value);

        public override void Serialize(string value, Span<byte> destination)
        {
            if (value.Length == 0)
                return;
            var bytes = new byte[destination.Length];
            var output = new CodedOutputStream(bytes);
            output.WriteTag(1, WireFormat.WireType.LengthDelimited);
            output.WriteString(value);
            output.Flush();
            bytes.CopyTo(destination);
        }

        public override string Deserialize(ReadOnlySpan<byte> payload)
        {
            var input = new CodedInputStream(payload.ToArray());
            var service = "";
            while (input.ReadTag() is var tag and not 0)
            {
                if (tag == WireFormat.MakeTag(1, WireFormat.WireType.LengthDelimited))
                    service = input.ReadString();
                else
                    input.SkipLastField();
            }

            return service;
        }
    }

    private sealed class ResponseMarshaller : Marshaller<HealthStatus>
    {
        public override int GetSize(HealthStatus value) => value == HealthStatus.Unknown ? 0 : 2;

        public override void Serialize(HealthStatus value, Span<byte> destination)
        {
            if (value == HealthStatus.Unknown)
                return;
            destination[0] = (byte)WireFormat.MakeTag(1, WireFormat.WireType.Varint);
            destination[1] = (byte)value;
        }

        public override HealthStatus Deserialize(ReadOnlySpan<byte> payload)
        {
            var input = new CodedInputStream(payload.ToArray());
            var status = HealthStatus.Unknown;
            while (input.ReadTag() is var tag and not 0)
            {
                if (tag == WireFormat.MakeTag(1, WireFormat.WireType.Varint))
                    status = (HealthStatus)input.ReadEnum();
                else
                    input.SkipLastField();
            }

            return status;
        }
    }
}
