using Linkerd.Telemetry;

namespace Linkerd.Proxy.Stack;

/// <summary>Where the sizes of an exchange's data frames are counted, for one worker. HTTP/1 bodies count as they arrive.</summary>
public sealed class BodyFrames
{
    private readonly Histogram? _requests;
    private readonly Histogram? _responses;
    private readonly HistogramCell? _request;
    private readonly HistogramCell? _response;

    /// <param name="requests">Of frames from the client; null counts none.</param>
    /// <param name="responses">Of frames to the client; null counts none.</param>
    /// <param name="worker">Index of the worker's cells.</param>
    public BodyFrames(Histogram? requests, Histogram? responses, int worker)
    {
        _requests = requests;
        _responses = responses;
        _request = requests?.For(worker);
        _response = responses?.For(worker);
    }

    public void OnRequest(int bytes)
    {
        if (bytes > 0) _request?.Observe(bytes);
    }

    public void OnResponse(int bytes)
    {
        if (bytes > 0) _response?.Observe(bytes);
    }

    public override string ToString() => $"{_requests?.LabelText} {_responses?.LabelText}";
}
