using System.Text;

namespace Linkerd.Http.Tests;

/// <summary>A server session of HTTP/1 fed with text.</summary>
internal sealed class Http1Harness
{
    public Http1Harness(Http1Limits? limits = null)
    {
        Resources = new HttpResources(() => Now);
        Session = new Http1ServerSession(Resources, limits ?? Http1Limits.Default, Output, Owner, Handler);
        Session.Start();
    }

    public long Now { get; set; } = 1000;

    public HttpResources Resources { get; }

    public MemoryOutput Output { get; } = new();

    public RecordingOwner Owner { get; } = new();

    public RecordingHandler Handler { get; } = new();

    public Http1ServerSession Session { get; }

    /// <summary>What was not consumed yet.</summary>
    public string Rest { get; private set; } = "";

    /// <summary>Offers text behind what is left, in parts of <paramref name="step"/> bytes.</summary>
    public Http1Harness Feed(string text, int step = int.MaxValue)
    {
        for (int at = 0; at < text.Length || at == 0;)
        {
            int count = Math.Min(step, text.Length - at);
            Rest += text.Substring(at, count);
            at += Math.Max(count, 1);
            byte[] bytes = Encoding.Latin1.GetBytes(Rest);
            Rest = Rest[Session.Receive(bytes)..];
        }

        return this;
    }

    /// <summary>Answers every request at its head.</summary>
    public Http1Harness Answering(int status = 200, string body = "")
    {
        Handler.Head = (stream, _, _) => Answer(stream, status, body);
        return this;
    }

    public static void Answer(HttpStream stream, int status, string body)
    {
        var head = new HeaderBlock { Status = status };
        if (body.Length > 0) head.SetContentLength(body.Length);
        stream.SendHead(head, end: body.Length == 0);
        if (body.Length > 0) stream.SendData(Encoding.ASCII.GetBytes(body), end: true);
    }
}
