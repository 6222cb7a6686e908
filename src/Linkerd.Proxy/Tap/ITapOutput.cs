namespace Linkerd.Proxy.Tap;

/// <summary>Where the events of a tap go. Called on the control loop.</summary>
internal interface ITapOutput
{
    /// <summary>Every worker knows of the tap: from now on no request is missed.</summary>
    void OnReady();

    /// <summary>Events, valid during the call.</summary>
    void OnChunk(TapChunk chunk);

    /// <summary>The last request is over; chunks of other workers may still come.</summary>
    void OnCompleted();
}
