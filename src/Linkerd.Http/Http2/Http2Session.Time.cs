namespace Linkerd.Http;

/// <content>What takes too long.</content>
public abstract partial class Http2Session
{
    private long _partialSince = -1;

    /// <summary>Since when the peer owes the rest of its preface, of a frame or of a header block; -1 when it owes nothing.</summary>
    private long HeadSince => !_isSettingsRead ? IdleSince : _blockStream != 0 ? _blockSince : _partialSince;

    internal override int CheckInterval => Math.Min(5000, Math.Min(Limits.HeadTimeout, Limits.StallTimeout) / 4);

    private protected override bool IsProtocolTimed => _active > 0 || HeadSince >= 0;

    private protected override int StallTimeout => Limits.StallTimeout;

    private protected override void GiveUp(in HttpFault fault) => Finish(in fault);

    private protected override void CheckProtocolTime(long now)
    {
        if (HeadSince >= 0 && now - HeadSince >= Limits.HeadTimeout)
        {
            Fail(HttpFault.OfLimit(HttpLimit.HeadTime, "a frame or header block was not complete in time"));
            return;
        }

        // While the output itself is full, the windows are not to blame: the owner sees whether the connection moves.
        if (OutputIsFull) return;
        while (!IsFinished && FindStalled(now - Limits.StallTimeout) is { } stream)
            FailStream(stream.Id, HttpFault.OfLimit(HttpLimit.SendStall, "the window stays shut"));
    }

    private Http2Stream? FindStalled(long before)
    {
        foreach (Http2Stream? stream in _streams.Slots)
        {
            if (stream is { StalledSince: >= 0 } && stream.StalledSince <= before) return stream;
        }

        return null;
    }
}
