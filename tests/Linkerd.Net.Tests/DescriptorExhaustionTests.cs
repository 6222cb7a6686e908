using System.Net.Sockets;
using Linkerd.Net;
using Linkerd.Testing;

namespace Linkerd.Net.Tests;

/// <summary>Runs alone: it lowers the limit of the whole process.</summary>
[Collection(nameof(DescriptorExhaustionTests))]
[CollectionDefinition(nameof(DescriptorExhaustionTests), DisableParallelization = true)]
public sealed class DescriptorExhaustionTests
{
    [Fact]
    public async Task The_listener_pauses_and_goes_on_when_descriptors_are_free_again()
    {
        using var harness = new Harness();
        var accepted = new List<TcpTransport>();
        Linkerd.Net.TcpListener listener = harness.Listen(t =>
        {
            t.Handler = new Probe(t, echo: true);
            accepted.Add(t);
        });
        long before = ProcessLimits.DescriptorLimit();
        Assert.True(before > 0);
        Socket[] sockets = Enumerable.Range(0, 20).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 }).ToArray();
        try
        {
            // Every descriptor below the limit is taken: sockets exist, accepting cannot.
            int highest = Directory.GetFiles("/proc/self/fd").Select(f => int.Parse(Path.GetFileName(f))).Max();
            var fillers = new List<FileStream>();
            ProcessLimits.SetDescriptorLimit(highest + 1);
            try
            {
                while (true) fillers.Add(File.OpenRead("/dev/null"));
            }
            catch (IOException)
            {
                // Full.
            }

            foreach (Socket socket in sockets) socket.Connect(listener.LocalAddress.ToIPEndPoint());
            await Eventually.TrueAsync(() => listener.ExhaustionPauses >= 2, "the listener pauses");
            Assert.InRange(listener.ExhaustionPauses, 2, 200);
            fillers.ForEach(f => f.Dispose());
        }
        finally
        {
            ProcessLimits.SetDescriptorLimit(before);
        }

        foreach (Socket socket in sockets)
        {
            socket.Send("hello"u8);
            Assert.Equal("hello", TcpTests.ReadText(socket, 5));
            socket.Dispose();
        }

        Assert.Equal(before, ProcessLimits.DescriptorLimit());
    }

    [Fact]
    public void The_soft_limit_rises_to_the_hard_one()
    {
        long raised = ProcessLimits.RaiseDescriptorLimit();
        Assert.Equal(raised, ProcessLimits.DescriptorLimit());
    }
}
