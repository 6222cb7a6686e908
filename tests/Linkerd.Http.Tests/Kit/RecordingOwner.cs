namespace Linkerd.Http.Tests;

/// <summary>Remembers what a session asked of its connection.</summary>
internal sealed class RecordingOwner : IHttpSessionOwner
{
    public bool IsFinished { get; private set; }

    public HttpFault Fault { get; private set; }

    public int Resumed { get; private set; }

    public bool IsSendEnded { get; private set; }

    public List<ulong> Pongs { get; } = [];

    public void OnReceiveResumed(HttpSession session) => Resumed++;

    public void OnSendEnded(HttpSession session) => IsSendEnded = true;

    public void OnFinished(HttpSession session, in HttpFault fault)
    {
        Assert.False(IsFinished);
        IsFinished = true;
        Fault = fault;
    }

    public void OnStateChanged(HttpSession session)
    {
    }

    public void OnPong(HttpSession session, ulong opaque) => Pongs.Add(opaque);
}
