using Linkerd.Http;

namespace Linkerd.Proxy.Tap;

/// <summary>
/// Where events become the bytes that a connection sends: small enough to stay in the cache on their way through TLS records and the socket, each of which
/// copies them, and laid out so that the DATA frames need no copy. One per connection of the tap server, on the control loop.
/// </summary>
internal sealed class TapStage(TapConnection connection)
{
    private const int Slots = 4;

    private readonly byte[] _bytes = new byte[Slots * HttpStream.SlotSize];
    private int _used;
    private TapCall? _target;

    /// <summary>What is appended from now on is for <paramref name="target"/>.</summary>
    public void Begin(TapCall target)
    {
        _target = target;
        _used = HttpStream.SlotHeader;
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        while (true)
        {
            int room = HttpStream.SlotSize - (_used & (HttpStream.SlotSize - 1));
            if (data.Length < room)
            {
                data.CopyTo(_bytes.AsSpan(_used));
                _used += data.Length;
                return;
            }

            data[..room].CopyTo(_bytes.AsSpan(_used));
            _used += room;
            data = data[room..];
            if (_used == _bytes.Length) Send();
            else _used += HttpStream.SlotHeader;
        }
    }

    /// <summary>Sends what is left.</summary>
    public void End()
    {
        // A slot that has room for its frame's header only is empty.
        if ((_used & (HttpStream.SlotSize - 1)) == HttpStream.SlotHeader) _used -= HttpStream.SlotHeader;
        if (_used > 0) Send();
        _target = null;
    }

    private void Send()
    {
        _target!.Send(_bytes.AsSpan(0, _used));
        connection.Flush();
        _used = HttpStream.SlotHeader;
    }
}
