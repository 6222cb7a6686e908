using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>A connection from inside a namespace whose every byte the test chooses.</summary>
internal sealed class RawClient : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly Socket? _socket;
    private readonly StringBuilder _received = new();

    private RawClient(Socket? socket)
    {
        _socket = socket;
        IsReset = socket is null;
    }

    /// <summary>The peer reset the connection rather than ending it.</summary>
    public bool IsReset { get; private set; }

    public static async Task<RawClient> ConnectAsync(Pod from, IPAddress address, int port)
    {
        using var deadline = new CancellationTokenSource(s_patience);
        try
        {
            return new RawClient(await from.Namespace.ConnectAsync(new IPEndPoint(address, port), deadline.Token));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Accepted and refused before the call could return.
            return new RawClient(null);
        }
    }

    /// <summary>Sends; a peer that has closed already is no failure, what it said before tells.</summary>
    public async Task<RawClient> SendAsync(params byte[][] parts)
    {
        using var deadline = new CancellationTokenSource(s_patience);
        try
        {
            for (ReadOnlyMemory<byte> rest = parts.SelectMany(p => p).ToArray(); !rest.IsEmpty && _socket is not null;)
                rest = rest[await _socket.SendAsync(rest, deadline.Token)..];
        }
        catch (SocketException)
        {
            IsReset = true;
        }

        return this;
    }

    public Task<RawClient> SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Everything up to the end of the connection.</summary>
    public Task<string> ReadToEndAsync() => ReadAsync(_ => false);

    /// <summary>Everything up to where it contains <paramref name="text"/>.</summary>
    public Task<string> ReadUntilAsync(string text) => ReadAsync(all => all.Contains(text, StringComparison.Ordinal));

    /// <summary>The frames of HTTP/2 up to one that reads so, as words.</summary>
    public async Task<string> ReadFramesUntilAsync(string frame)
        => Frames(await ReadAsync(all => Frames(all).Contains(frame, StringComparison.Ordinal)));

    /// <summary>Resets the connection: an orderly end might only mean that nothing more is asked.</summary>
    public void Abort()
    {
        if (_socket is not null)
            _socket.LingerState = new LingerOption(true, 0);
        Dispose();
    }

    public void Dispose() => _socket?.Dispose();

    private static string Frames(string received)
    {
        var bytes = Encoding.Latin1.GetBytes(received).AsSpan();
        var text = new StringBuilder();
        while (bytes.Length >= 9)
        {
            int length = (bytes[0] << 16) | (bytes[1] << 8) | bytes[2];
            if (bytes.Length < 9 + length)
                break;
            var payload = bytes.Slice(9, length);
            int id = BinaryPrimitives.ReadInt32BigEndian(bytes[5..]);
            text.Append(bytes[3] switch
            {
                0 => $"DATA {id};",
                1 => $"HEADERS {id} {Convert.ToHexStringLower(payload)};",
                3 => $"RST {id} {BinaryPrimitives.ReadInt32BigEndian(payload)};",
                7 => $"GOAWAY {BinaryPrimitives.ReadInt32BigEndian(payload[4..])};",
                _ => "",
            });
            bytes = bytes[(9 + length)..];
        }

        return text.ToString();
    }

    private async Task<string> ReadAsync(Func<string, bool> isEnough)
    {
        using var deadline = new CancellationTokenSource(s_patience);
        var buffer = new byte[65536];
        try
        {
            while (_socket is not null && !isEnough(_received.ToString()))
            {
                int count = await _socket.ReceiveAsync(buffer, deadline.Token);
                if (count == 0)
                    break;
                _received.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (SocketException)
        {
            IsReset = true;
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"nothing more came within {s_patience.TotalSeconds} s after: {_received.ToString()[..Math.Min(_received.Length, 500)]}");
        }

        return _received.ToString();
    }
}
