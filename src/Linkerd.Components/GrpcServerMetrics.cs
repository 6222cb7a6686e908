using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;

namespace Linkerd.Components;

/// <summary>Counts a gRPC server's calls under the names that grpc-prometheus gives them.</summary>
internal sealed class GrpcServerMetrics(MetricRegistry registry) : IServerObserver
{
    private static readonly string[] s_labels = ["grpc_type", "grpc_service", "grpc_method"];
    private static readonly double[] s_buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly MetricFamily _started = registry.Counter("grpc_server_started_total", "Total number of RPCs started on the server.", s_labels);
    private readonly MetricFamily _handled = registry.Counter("grpc_server_handled_total", "Total number of RPCs completed on the server, regardless of success or failure.", [.. s_labels, "grpc_code"]);
    private readonly MetricFamily _received = registry.Counter("grpc_server_msg_received_total", "Total number of RPC stream messages received on the server.", s_labels);
    private readonly MetricFamily _sent = registry.Counter("grpc_server_msg_sent_total", "Total number of gRPC stream messages sent by the server.", s_labels);
    private readonly HistogramFamily _handling = registry.Histogram("grpc_server_handling_seconds", "Response latency (seconds) of gRPC that had been application-level handled by the server.", s_buckets, s_labels);

    public IMethodObserver ForMethod(IMethod method) => new Counted(this, method);

    private static string TypeName(MethodType type) => type switch
    {
        MethodType.Unary => "unary",
        MethodType.ClientStreaming => "client_stream",
        MethodType.ServerStreaming => "server_stream",
        _ => "bidi_stream",
    };

    // As Go's gRPC spells it.
    private static string CodeName(StatusCode code) => code == StatusCode.Cancelled ? "Canceled" : code.ToString();

    private sealed class Counted : IMethodObserver
    {
        private readonly MetricCell _started;
        private readonly MetricCell _received;
        private readonly MetricCell _sent;
        private readonly MetricCell[] _handled;
        private readonly HistogramCell _handling;

        public Counted(GrpcServerMetrics owner, IMethod method)
        {
            string[] labels = [TypeName(method.Type), method.ServiceName, method.Name];
            _started = owner._started.With(labels);
            _received = owner._received.With(labels);
            _sent = owner._sent.With(labels);
            _handled = [.. Enum.GetValues<StatusCode>().Order().Select(code => owner._handled.With([.. labels, CodeName(code)]))];
            _handling = owner._handling.With(labels);
        }

        public void Started() => _started.Add();

        public void Received() => _received.Add();

        public void Sent() => _sent.Add();

        public void Ended(StatusCode status, TimeSpan took)
        {
            // Codes beyond the known ones are UNKNOWN to every peer.
            _handled[(int)status is var code && code >= 0 && code < _handled.Length ? code : (int)StatusCode.Unknown].Add();
            _handling.Observe(took.TotalSeconds);
        }
    }
}
