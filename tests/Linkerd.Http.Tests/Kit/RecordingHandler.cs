using System.Text;

namespace Linkerd.Http.Tests;

/// <summary>Remembers what a stream received, as text.</summary>
internal sealed class RecordingHandler : IHttpStreamHandler, IHttpServer
{
    public HttpStream? Stream { get; private set; }

    public List<HttpStream> Streams { get; } = [];

    public StringBuilder Log { get; } = new();

    public StringBuilder Body { get; } = new();

    public List<string> Heads { get; } = [];

    public HttpFault? ResetFault { get; private set; }

    public bool IsClosed { get; private set; }

    public bool IsEnded { get; private set; }

    public long Sent { get; private set; }

    public bool Consumes { get; set; } = true;

    public Action<HttpStream, HeaderBlock, bool>? Head { get; set; }

    public Action<HttpStream, byte[], bool>? Data { get; set; }

    public Action<HttpStream, HeaderBlock>? Trailers { get; set; }

    public IHttpStreamHandler OnStream(HttpStream stream) => this;

    public void OnInformational(HttpStream stream, HeaderBlock head) => Log.Append($"info {head.Status};");

    public void OnHead(HttpStream stream, HeaderBlock head, bool end)
    {
        Stream = stream;
        Streams.Add(stream);
        Heads.Add(Describe(head));
        IsEnded = end;
        Log.Append($"head{(end ? " end" : "")};");
        Head?.Invoke(stream, head, end);
    }

    public void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end)
    {
        IsEnded |= end;
        Body.Append(Encoding.Latin1.GetString(data));
        if (Consumes) stream.Consumed(data.Length);
        Data?.Invoke(stream, data.ToArray(), end);
    }

    public void OnTrailers(HttpStream stream, HeaderBlock trailers)
    {
        IsEnded = true;
        Log.Append($"trailers {Describe(trailers)};");
        Trailers?.Invoke(stream, trailers);
    }

    public void OnSent(HttpStream stream, int count) => Sent += count;

    public void OnReset(HttpStream stream, in HttpFault fault)
    {
        ResetFault = fault;
        Log.Append($"reset {fault.Code};");
    }

    public void OnClosed(HttpStream stream)
    {
        IsClosed = true;
        Log.Append("closed;");
    }

    public static string Describe(HeaderBlock head)
    {
        var text = new StringBuilder();
        if (head.Status != 0) text.Append(head.Status);
        else if (head.MethodKind != RequestMethod.None) text.Append($"{Ascii(head.Method)} {Ascii(head.Path)} @{Ascii(head.Authority)}");
        for (int i = 0; i < head.Count; i++) text.Append($"|{head[i].ToString()}");
        return text.ToString();
    }

    public static string Ascii(ReadOnlySpan<byte> text) => Encoding.Latin1.GetString(text);
}
