using System.Buffers.Binary;

namespace Linkerd.Http;

/// <content>SETTINGS, PING, GOAWAY, and the counters of floods.</content>
public abstract partial class Http2Session
{
    private const ulong DrainPing = 0x6c696e6b_64726169;

    private FloodCounter _resets;
    private FloodCounter _settings;
    private FloodCounter _pings;
    private FloodCounter _empty;
    private FloodCounter _windowUpdates;
    private FloodCounter _unknown;
    private FloodCounter _streamFaults;
    private bool _isDrainAnnounced;

    /// <summary>Sends PING; <see cref="IHttpSessionOwner.OnPong"/> brings <paramref name="opaque"/> back. For keep-alive.</summary>
    public void Ping(ulong opaque)
    {
        if (!IsFinished) WritePing(opaque, ack: false);
    }

    /// <inheritdoc/>
    public override void Drain()
    {
        if (IsDraining || IsFinished) return;
        IsDraining = true;
        if (IsServer)
        {
            // Requests on their way are still taken: the last id is named when the PING has come back (RFC 9113 §6.8).
            WriteGoAway(int.MaxValue, HttpErrorCode.NoError);
            WritePing(DrainPing, ack: false);
            return;
        }

        _isDrainAnnounced = true;
        if (_active > 0) return;
        WriteGoAway(0, HttpErrorCode.NoError);
        Finish(default);
    }

    private void OnSettings(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.StreamId != 0)
        {
            Fail(HttpFault.Protocol("SETTINGS is on a stream"));
            return;
        }

        if (header.Has(FrameFlags.Ack) ? payload.Length != 0 : payload.Length % 6 != 0)
        {
            Fail(HttpFault.Protocol("SETTINGS has a wrong size", HttpErrorCode.FrameSizeError));
            return;
        }

        if (header.Has(FrameFlags.Ack))
        {
            _isSettingsAcked = true;
            return;
        }

        if (!_settings.Add(Resources.Now, Limits.FloodWindow, Limits.MaxSettings))
        {
            Fail(HttpFault.OfLimit(HttpLimit.SettingsFlood, "too many SETTINGS"));
            return;
        }

        bool isFirst = !_isSettingsRead;
        _isSettingsRead = true;
        if (isFirst) _peerMaxStreams = int.MaxValue;
        for (; payload.Length > 0; payload = payload[6..])
        {
            if (!ApplySetting(BinaryPrimitives.ReadUInt16BigEndian(payload), BinaryPrimitives.ReadUInt32BigEndian(payload[2..]))) return;
        }

        WriteControl(FrameType.Settings, FrameFlags.Ack, 0, default);
        Pump();
        if (!IsServer && !IsFinished) Owner.OnStateChanged(this);
    }

    private bool ApplySetting(int id, uint value)
    {
        switch (id)
        {
            case 1:
                _encoder.SetPeerTableSize(value);
                break;
            case 2 when value > 1 || (value == 1 && !IsServer):
                Fail(HttpFault.Protocol("SETTINGS_ENABLE_PUSH has an unlawful value"));
                break;
            case 3:
                _peerMaxStreams = (int)Math.Min(value, int.MaxValue);
                break;
            case 4 when value > int.MaxValue:
                Fail(HttpFault.Protocol("SETTINGS_INITIAL_WINDOW_SIZE exceeds 2^31-1", HttpErrorCode.FlowControlError));
                break;
            case 4:
                ApplyInitialWindow((int)value);
                break;
            case 5 when value is < 16_384 or > 16_777_215:
                Fail(HttpFault.Protocol("SETTINGS_MAX_FRAME_SIZE is out of range"));
                break;
            default:
                // MAX_FRAME_SIZE above the default is not used: one frame is one TLS record. Others are unknown or advice.
                break;
        }

        return !IsFinished;
    }

    private void ApplyInitialWindow(int window)
    {
        int delta = window - (int)_peerInitialWindow;
        _peerInitialWindow = window;
        if (delta == 0) return;
        if (!_streams.AdjustSendWindows(delta))
        {
            Fail(HttpFault.Protocol("SETTINGS_INITIAL_WINDOW_SIZE makes a window exceed 2^31-1", HttpErrorCode.FlowControlError));
            return;
        }

        foreach (Http2Stream? stream in _streams.Slots)
        {
            if (stream is { BytesHeld: > 0 }) Enqueue(stream);
        }
    }

    private void OnPing(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.StreamId != 0)
        {
            Fail(HttpFault.Protocol("PING is on a stream"));
            return;
        }

        if (payload.Length != 8)
        {
            Fail(HttpFault.Protocol("PING is not 8 bytes", HttpErrorCode.FrameSizeError));
            return;
        }

        ulong opaque = BinaryPrimitives.ReadUInt64BigEndian(payload);
        if (!_pings.Add(Resources.Now, Limits.FloodWindow, Limits.MaxPings)) Fail(HttpFault.OfLimit(HttpLimit.PingFlood, "too many PINGs"));
        else if (!header.Has(FrameFlags.Ack)) WritePing(opaque, ack: true);
        else if (opaque == DrainPing && IsServer && IsDraining) AnnounceLast();
        else Owner.OnPong(this, opaque);
    }

    private void AnnounceLast()
    {
        if (_isDrainAnnounced) return;
        _isDrainAnnounced = true;
        WriteGoAway(_lastPeerStream, HttpErrorCode.NoError);
        if (_active == 0) Finish(default);
    }

    private void OnGoAway(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.StreamId != 0)
        {
            Fail(HttpFault.Protocol("GOAWAY is on a stream"));
            return;
        }

        if (payload.Length < 8)
        {
            Fail(HttpFault.Protocol("GOAWAY is shorter than 8 bytes", HttpErrorCode.FrameSizeError));
            return;
        }

        int last = BinaryPrimitives.ReadInt32BigEndian(payload) & int.MaxValue;
        var code = (HttpErrorCode)BinaryPrimitives.ReadUInt32BigEndian(payload[4..]);
        IsDraining = true;
        PeerGoAway = code;

        // A client may still have opened streams: it is told which are not taken any more.
        if (IsServer && _active > 0 && !_isDrainAnnounced) WriteGoAway(_lastPeerStream, HttpErrorCode.NoError);
        _isDrainAnnounced = true;
        if (!IsServer) ResetAll(last, new HttpFault(HttpFaultOrigin.Refused, code, 0, HttpLimit.None, "the peer goes away"));
        if (IsFinished) return;
        if (_active == 0) Finish(code == HttpErrorCode.NoError ? default : new HttpFault(HttpFaultOrigin.Peer, code, 0, HttpLimit.None, "the peer goes away"));
        else Owner.OnStateChanged(this);
    }
}
