using Linkerd.Http;

namespace Linkerd.Proxy.Tests.Http;

/// <summary>Answers with the body of the request; tells in fields what it saw. Without state, so one serves all.</summary>
internal sealed class EchoHandler : IHttpStreamHandler
{
    private readonly HeaderBlock _plain = new() { Status = 200 };

    /// <summary>Sent behind the body; null for none.</summary>
    public HeaderBlock? Trailers { get; init; }

    /// <summary>Describe the request in the answer.</summary>
    public bool Describes { get; init; } = true;

    public void OnInformational(HttpStream stream, HeaderBlock head)
    {
    }

    public void OnHead(HttpStream stream, HeaderBlock head, bool end)
    {
        if (!Describes)
        {
            stream.SendHead(_plain, end);
            return;
        }

        if (head.IsUpgrade)
        {
            var switching = new HeaderBlock { Status = 101 };
            switching.Add(KnownHeader.Upgrade, "echo"u8);
            stream.SendHead(switching, end: false);
            return;
        }

        var response = new HeaderBlock { Status = 200 };
        response.Add("x-seen"u8, System.Text.Encoding.ASCII.GetBytes(
            $"{head.Protocol} {Text(head.Method)} {(head.IsAbsoluteForm ? "absolute " : "")}{Text(head.Authority)}{Text(head.Path)} orig={head.Contains(KnownHeader.L5dOrigProto)}"));
        if (head.ContentLength >= 0) response.SetContentLength(head.ContentLength);
        stream.SendHead(response, end);
    }

    public void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end)
    {
        int sent = stream.SendData(data, end && Trailers is null);
        if (end && Trailers is not null) stream.SendTrailers(Trailers);
        if (!stream.IsClosed) stream.Consumed(sent);
    }

    public void OnTrailers(HttpStream stream, HeaderBlock trailers) => stream.SendTrailers(trailers);

    public void OnSent(HttpStream stream, int count) => stream.Consumed(count);

    public void OnReset(HttpStream stream, in HttpFault fault)
    {
    }

    public void OnClosed(HttpStream stream)
    {
    }

    private static string Text(ReadOnlySpan<byte> text) => System.Text.Encoding.ASCII.GetString(text);
}
