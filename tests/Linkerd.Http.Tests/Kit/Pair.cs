namespace Linkerd.Http.Tests;

/// <summary>A client session and a server session whose outputs are each other's input.</summary>
internal sealed class Pair
{
    public Pair(bool http2, IHttpServer server, Http2Limits? limits2 = null, Http1Limits? limits1 = null)
    {
        limits2 ??= Http2Limits.Default;
        limits1 ??= Http1Limits.Default;
        Client = http2 ? new Http2ClientSession(Resources, limits2, ClientOutput, ClientOwner) : new Http1ClientSession(Resources, limits1, ClientOutput, ClientOwner);
        Server = http2 ? new Http2ServerSession(Resources, limits2, ServerOutput, ServerOwner, server) : new Http1ServerSession(Resources, limits1, ServerOutput, ServerOwner, server);
        Client.Start();
        Server.Start();
        Run();
    }

    public HttpResources Resources { get; } = new();

    public HttpSession Client { get; }

    public HttpSession Server { get; }

    public MemoryOutput ClientOutput { get; } = new();

    public MemoryOutput ServerOutput { get; } = new();

    public RecordingOwner ClientOwner { get; } = new();

    public RecordingOwner ServerOwner { get; } = new();

    /// <summary>Carries bytes until nothing moves.</summary>
    public void Run(int step = int.MaxValue)
    {
        while (Carry(ClientOutput, Server, step) | Carry(ServerOutput, Client, step))
        {
        }
    }

    private static bool Carry(MemoryOutput from, HttpSession to, int step)
    {
        bool moved = false;
        int offered = Math.Min(step, from.Bytes.Length);
        while (offered > 0)
        {
            int taken = to.Receive(from.Bytes[..offered]);
            from.Skip(taken);
            moved |= taken > 0;
            if (taken == 0 && offered == from.Bytes.Length) break;
            offered = taken == 0 ? Math.Min(offered + step, from.Bytes.Length) : Math.Min(step, from.Bytes.Length);
        }

        return moved;
    }
}
