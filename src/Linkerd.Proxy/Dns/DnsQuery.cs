using System.Buffers.Binary;
using Linkerd.Model;
using Linkerd.Net;

namespace Linkerd.Proxy.Dns;

/// <summary>
/// One question to one server: over UDP, and over TCP when the answer does not fit. What does not answer the question (another id,
/// another name) is passed over, so that nobody can answer who does not see it; a malformed answer ends it.
/// </summary>
internal sealed class DnsQuery : IDatagramHandler, IConnectHandler, ITransportHandler, IDisposable
{
    private readonly TaskCompletionSource<DnsResponse> _answer = new();
    private readonly EventLoop _loop;
    private readonly SocketAddress _server;
    private readonly TimeSpan _timeout;
    private readonly LoopTimer _timer;
    private readonly byte[] _query;
    private readonly ushort _id = (ushort)System.Security.Cryptography.RandomNumberGenerator.GetInt32(0x10000);
    private readonly string _name;
    private readonly DnsRecordType _type;
    private UdpSocket? _udp;
    private TcpConnector? _connector;
    private Transport? _tcp;

    public DnsQuery(EventLoop loop, SocketAddress server, string name, DnsRecordType type, TimeSpan timeout)
    {
        _loop = loop;
        _server = server;
        _timeout = timeout;
        _name = name.TrimEnd('.').ToLowerInvariant();
        _type = type;
        _query = DnsMessage.EncodeQuery(_id, name, type) ?? throw new DnsException($"'{name}' is no DNS name");
        _timer = new LoopTimer(loop, static self => ((DnsQuery)self!).Fail("no answer in time"), this);
    }

    /// <summary>Throws <see cref="DnsException"/> when the server cannot be reached, is silent, or makes no sense.</summary>
    public Task<DnsResponse> RunAsync()
    {
        _timer.Start(_timeout);
        try
        {
            _udp = UdpSocket.Connect(_loop, _server, this);
            _udp.Send(_query);
        }
        catch (NetException exception)
        {
            Fail(exception.Message);
        }

        return _answer.Task;
    }

    public void OnDatagram(ReadOnlySpan<byte> data)
    {
        if (!IsOurs(data)) return;
        DnsResponse? response = DnsMessage.Decode(data, out string error);
        if (response is null) Fail($"a malformed answer: {error}");
        else if (!IsAsked(response)) return;
        else if (response.IsTruncated) AskOverTcp();
        else Succeed(response);
    }

    public void OnError(int errno) => Fail(Errno.Name(errno));

    public void OnConnected(TcpTransport transport)
    {
        _connector = null;
        _tcp = transport;
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)_query.Length);
        transport.Write(length);
        transport.Write(_query);
        transport.Handler = this;
    }

    public void OnConnectFailed(TransportFault fault)
    {
        _connector = null;
        Fail($"over TCP: {fault}");
    }

    public int OnData(ReadOnlySpan<byte> data)
    {
        if (_answer.Task.IsCompleted) return data.Length;
        if (data.Length < 2) return 0;
        int length = BinaryPrimitives.ReadUInt16BigEndian(data);
        if (data.Length < length + 2) return 0;
        ReadOnlySpan<byte> message = data.Slice(2, length);
        DnsResponse? response = DnsMessage.Decode(message, out string error);
        if (response is null) Fail($"a malformed answer over TCP: {error}");
        else if (!IsOurs(message) || !IsAsked(response)) Fail("an answer to another question over TCP");
        else if (response.IsTruncated) Fail("an answer that is cut off even over TCP");
        else Succeed(response);
        return data.Length;
    }

    public void OnReadClosed() => Fail("the connection ended before the answer did");

    public void OnDrained()
    {
    }

    public void OnClosed(TransportFault fault) => Fail($"over TCP: {fault}");

    public void Dispose()
    {
        _timer.Stop();
        _udp?.Dispose();
        _connector?.Cancel();
        _tcp?.Abort();
    }

    private bool IsOurs(ReadOnlySpan<byte> data) => data.Length >= 2 && BinaryPrimitives.ReadUInt16BigEndian(data) == _id;

    private bool IsAsked(DnsResponse response) => response.Type == _type && response.Name == _name;

    private void AskOverTcp()
    {
        if (_connector is not null || _tcp is not null) return;
        _timer.Start(_timeout);
        _connector = TcpConnector.Connect(_loop, _server, _timeout, this);
    }

    private void Succeed(DnsResponse response)
    {
        if (_answer.TrySetResult(response)) Dispose();
    }

    private void Fail(string reason)
    {
        if (_answer.TrySetException(new DnsException($"{_server}: {reason}"))) Dispose();
    }
}
