using System.Buffers.Binary;
using Linkerd.Proxy.Wire;

namespace Linkerd.Proxy.Tap;

/// <summary>
/// Events of one worker on their way to the control loop. What all events of a request share, most of their bytes, is encoded already and only referred
/// to; it is put in front of each when it is sent.
/// </summary>
internal sealed class TapChunk
{
    private const int FrameHeader = 5;

    private readonly List<Event> _events = [];
    private readonly ProtoBuffer _own = new() { Capacity = 4096 };
    private int _begun;

    /// <summary>Bytes of the events as gRPC frames.</summary>
    public int Length { get; private set; }

    /// <summary>Begins an event; what it alone has is written to the result.</summary>
    public ProtoBuffer Begin()
    {
        _begun = _own.Length;
        return _own;
    }

    /// <summary>The event that was begun last is written.</summary>
    public void End(TapRecord record, (int Http, int Event) marks)
    {
        TapEvents.End(_own, marks);
        var made = new Event(record.Source, record.Subject.Encoded, record.RouteLabels?.Encoded ?? [], _own.Length - _begun);
        _events.Add(made);
        Length += FrameHeader + made.Length;
    }

    /// <summary>Appends the events as gRPC frames.</summary>
    public void WriteTo(TapStage stage)
    {
        Span<byte> header = stackalloc byte[FrameHeader];
        ReadOnlySpan<byte> own = _own.Written;
        header[0] = 0;
        foreach (Event one in _events)
        {
            BinaryPrimitives.WriteInt32BigEndian(header[1..], one.Length);
            stage.Append(header);
            stage.Append(one.Source);
            stage.Append(one.Subject);
            stage.Append(one.Route);
            stage.Append(own[..one.Own]);
            own = own[one.Own..];
        }
    }

    /// <summary>Forgets the events; memory is kept for others.</summary>
    public void Clear()
    {
        _events.Clear();
        _own.Clear();
        Length = 0;
    }

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        Clear();
        _own.Release();
    }

    private readonly record struct Event(byte[] Source, byte[] Subject, byte[] Route, int Own)
    {
        public int Length => Source.Length + Subject.Length + Route.Length + Own;
    }
}
