using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Linkerd.Local.Cluster;

namespace Linkerd.Local.Dns;

/// <summary>The DNS server of pods, over UDP and TCP.</summary>
internal sealed class DnsServer : IAsyncDisposable
{
    /// <summary>Most answers on their way and most TCP connections at one time; more are refused.</summary>
    private const int MaxConcurrent = 256;

    private const int MaxBindAttempts = 16;
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(10);

    private readonly ClusterZone _zone;
    private readonly NodeLog _log;
    private readonly Socket _udp;
    private readonly Socket _tcp;
    private readonly SemaphoreSlim _slots = new(MaxConcurrent);
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Binds both sockets at once; port 0 takes a free one.</summary>
    public DnsServer(IPEndPoint endpoint, ClusterZone zone, NodeLog log)
    {
        _zone = zone;
        _log = log;
        (_udp, _tcp) = Bind(endpoint);
        EndPoint = (IPEndPoint)_udp.LocalEndPoint!;
        _ = Task.Run(ServeUdpAsync);
        _ = Task.Run(ServeTcpAsync);
    }

    /// <summary>Where it answers.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The answer to a query; null for what is not a query.</summary>
    public byte[]? Answer(ReadOnlySpan<byte> query, int limit)
    {
        if (!DnsMessage.TryRead(query, out var question))
            return null;
        // The cluster's network ends at this machine: a name outside of it could not be reached, so it does not exist.
        return _zone.Owns(question.Name) || question.Name == "localhost" ? Own(question, limit) : DnsMessage.Write(question, DnsCode.NoSuchName, [], limit);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _udp.Dispose();
        _tcp.Dispose();
    }

    /// <summary>The port that UDP is given may be taken for TCP: another one is tried then, unless the caller named it.</summary>
    private static (Socket Udp, Socket Tcp) Bind(IPEndPoint endpoint)
    {
        for (var attempt = 1; ; attempt++)
        {
            var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                udp.Bind(endpoint);
                tcp.Bind(udp.LocalEndPoint!);
                tcp.Listen(64);
                return (udp, tcp);
            }
            catch (SocketException e)
            {
                udp.Dispose();
                tcp.Dispose();
                if (endpoint.Port != 0 || attempt == MaxBindAttempts || e.SocketErrorCode != SocketError.AddressAlreadyInUse)
                    throw;
            }
        }
    }

    private byte[] Own(DnsQuestion question, int limit)
    {
        var found = question.Name == "localhost" ? [new DnsRecord("localhost", DnsType.Address) { Address = IPAddress.Loopback }] : _zone.Find(question.Name, question.Type);
        if (found is null)
            return DnsMessage.Write(question, DnsCode.NoSuchName, [], limit, _zone.Domain);
        var answers = found.Where(r => r.Type == question.Type || question.Type == DnsType.Any || r.Type == DnsType.Canonical).ToList();
        return DnsMessage.Write(question, DnsCode.Success, answers, limit, _zone.Domain);
    }

    private async Task ServeUdpAsync()
    {
        var buffer = new byte[4096];
        var any = new IPEndPoint(IPAddress.Any, 0);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var received = await _udp.ReceiveFromAsync(buffer, SocketFlags.None, any, _stop.Token);
                var query = buffer.AsSpan(0, received.ReceivedBytes).ToArray();
                var answering = AnswerUdpAsync(query, received.RemoteEndPoint);
                if (!answering.IsCompletedSuccessfully)
                    _ = answering;
            }
            catch (SocketException)
            {
                // An answer to somebody who is gone came back as an error; the socket is well.
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerUdpAsync(byte[] query, EndPoint client)
    {
        if (!await _slots.WaitAsync(0))
            return;
        try
        {
            if (Answer(query, DnsMessage.UdpLimit(query)) is { } answer)
                await _udp.SendToAsync(answer, SocketFlags.None, client, _stop.Token);
        }
        catch (Exception e)
        {
            if (!_stop.IsCancellationRequested)
                _log.Failure("dns", e);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task ServeTcpAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await _tcp.AcceptAsync(_stop.Token);
                _ = AnswerTcpAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                _log.Failure("dns", e);
            }
        }
    }

    private async Task AnswerTcpAsync(Socket client)
    {
        using (client)
        {
            if (!await _slots.WaitAsync(0))
                return;
            try
            {
                await using var stream = new NetworkStream(client);
                var head = new byte[2];
                while (true)
                {
                    using var idle = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                    idle.CancelAfter(IdleTimeout);
                    await stream.ReadExactlyAsync(head, idle.Token);
                    var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
                    await stream.ReadExactlyAsync(query, idle.Token);
                    if (Answer(query, ushort.MaxValue) is not { } answer)
                        return;
                    var framed = new byte[answer.Length + 2];
                    BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)answer.Length);
                    answer.CopyTo(framed, 2);
                    await stream.WriteAsync(framed, idle.Token);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The client is done, or idle.
            }
            finally
            {
                _slots.Release();
            }
        }
    }
}
