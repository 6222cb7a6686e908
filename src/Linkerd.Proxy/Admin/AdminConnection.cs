using System.Text;
using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Http;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Admin;

/// <summary>One connection to the admin server.</summary>
internal sealed class AdminConnection : SessionConnection, IHttpServer
{
    private readonly Worker _worker;
    private readonly AdminService _service;
    private readonly Action<TransportFault> _ended;
    private readonly Func<HeaderBlock, ProxyError>? _check;
    private readonly bool _isLoopback;

    /// <param name="worker">The loop it lives on.</param>
    /// <param name="transport">The connection.</param>
    /// <param name="protocol">What is spoken on it.</param>
    /// <param name="service">What answers.</param>
    /// <param name="check">Says of each request whether policy refuses it; null lets all pass.</param>
    /// <param name="ended">Told when the connection is gone.</param>
    public AdminConnection(Worker worker, Transport transport, HttpProtocol protocol, AdminService service, Func<HeaderBlock, ProxyError>? check, Action<TransportFault> ended)
        : base(transport)
    {
        _worker = worker;
        _service = service;
        _check = check;
        _ended = ended;
        _isLoopback = System.Net.IPAddress.IsLoopback(transport.RemoteAddress.Unmap().ToIPAddress());
        Run(HttpSessions.Server(protocol, worker.Http, Http1Limits.Default, Http2Limits.Default, this, this, this));
    }

    public IHttpStreamHandler OnStream(HttpStream stream) => new Call(this, stream);

    protected override void OnClosed(TransportFault fault) => _ended(fault);

    /// <summary>One request: its body is gathered, then answered at once.</summary>
    private sealed class Call(AdminConnection connection, HttpStream stream) : IHttpStreamHandler
    {
        private const int MaxBody = 8 * 1024, MaxHeldLogs = 64 * 1024;

        private readonly StringBuilder _body = new();
        private HttpStream? _stream = stream;
        private LogStream? _logs;
        private bool _tooLarge;

        public void OnInformational(HttpStream stream, HeaderBlock head)
        {
        }

        public void OnHead(HttpStream stream, HeaderBlock head, bool end)
        {
            if (end) _ = AnswerAsync();
        }

        public void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end)
        {
            stream.Consumed(data.Length);
            if (_body.Length + data.Length > MaxBody) _tooLarge = true;
            else _body.Append(Encoding.UTF8.GetString(data));
            if (end) _ = AnswerAsync();
        }

        public void OnTrailers(HttpStream stream, HeaderBlock trailers) => _ = AnswerAsync();

        public void OnSent(HttpStream stream, int count) => SendLogs();

        public void OnReset(HttpStream stream, in HttpFault fault) => Leave();

        public void OnClosed(HttpStream stream) => Leave();

        private static string? Header(HeaderBlock head, KnownHeader name) => head.TryGet(name, out ReadOnlySpan<byte> value) ? Encoding.ASCII.GetString(value) : null;

        private async Task AnswerAsync()
        {
            if (_stream is not { } reading) return;
            AdminResponse response;
            if (_tooLarge)
            {
                response = AdminResponse.Text(413, $"a body may have at most {MaxBody} bytes\n");
            }
            else if (connection._check?.Invoke(reading.Head) is { IsNone: false } refusal)
            {
                response = AdminResponse.Text(ErrorTable.Of(in refusal).Status, refusal.Message + "\n");
            }
            else
            {
                HeaderBlock head = reading.Head;
                string path = Encoding.UTF8.GetString(head.Path);
                int mark = path.IndexOf('?', StringComparison.Ordinal);
                response = await connection._service.HandleAsync(new AdminRequest(
                    head.MethodKind,
                    mark < 0 ? path : path[..mark],
                    mark < 0 ? string.Empty : path[(mark + 1)..],
                    Header(head, KnownHeader.Accept),
                    Header(head, KnownHeader.AcceptEncoding)?.Contains("gzip", StringComparison.OrdinalIgnoreCase) == true,
                    _body.ToString(),
                    connection._isLoopback));
            }

            if (_stream is not { } writing) return;
            if (response.Logs is { } filter) StreamLogs(writing, response, filter);
            else Send(writing, response);
        }

        private void Leave()
        {
            _stream = null;
            _logs?.Dispose();
        }

        private void StreamLogs(HttpStream target, AdminResponse response, LogFilter filter)
        {
            _logs = connection._service.StreamLogs(filter, () => connection._worker.Loop.Post(SendLogs));
            if (_logs is null)
            {
                Send(target, AdminResponse.Text(503, $"{LogSink.MaxStreams} clients read the log already\n"));
                return;
            }

            HeaderBlock head = connection._worker.Http.RentHead();
            head.Status = response.Status;
            head.Add(KnownHeader.ContentType, Encoding.ASCII.GetBytes(response.ContentType));
            target.SendHead(head, end: false);
            connection._worker.Http.Return(head);
        }

        /// <summary>Sends what is there, as far as the client reads; the rest waits in the stream, which drops what is too much.</summary>
        private void SendLogs()
        {
            while (_logs is { } logs && _stream is { BytesHeld: < MaxHeldLogs } target)
            {
                bool hasLine = logs.TryTake(out byte[] line, out int dropped);
                if (dropped > 0) target.SendData(Encoding.ASCII.GetBytes($"{{\"dropped_events\":{dropped}}}\n"), end: false);
                if (!hasLine) return;
                if (_stream is { } still) still.SendData(line, end: false);
            }
        }

        private void Send(HttpStream target, AdminResponse response)
        {
            HeaderBlock head = connection._worker.Http.RentHead();
            head.Status = response.Status;
            if (response.Status != 204)
            {
                head.Add(KnownHeader.ContentType, Encoding.ASCII.GetBytes(response.ContentType));
                head.SetContentLength(response.Body.Length);
            }

            if (response.IsGzip) head.Add(KnownHeader.ContentEncoding, "gzip"u8);
            if (response.Allow is { } allow) head.Add(KnownHeader.Allow, Encoding.ASCII.GetBytes(allow));
            bool bodiless = response.Body.IsEmpty || target.Head.MethodKind == RequestMethod.Head;
            target.SendHead(head, bodiless);
            connection._worker.Http.Return(head);
            if (!bodiless) target.SendData(response.Body.Span, end: true);
        }
    }
}
