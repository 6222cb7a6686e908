using Linkerd.Testing;

namespace Linkerd.Net.Tests;

/// <summary>Mutations of the corpus. <c>make fuzz</c> gives each target <c>FUZZ_SECONDS</c>.</summary>
public sealed class FuzzTests
{
    [Fact]
    public void ClientHellos() => Fuzzer.Run("client-hello", 10_000, static (input, random) =>
    {
        ClientHello whole = ClientHelloParser.Parse(input);
        Assert.InRange(whole.ServerName?.Length ?? 0, 0, 255);
        // What is offered bit by bit is never judged otherwise than the whole.
        int length = 0;
        while (length < input.Length)
        {
            length = Math.Min(input.Length, length + 1 + random.Next(200));
            ClientHello part = ClientHelloParser.Parse(input.AsSpan(0, length));
            if (part.Kind == ClientHelloKind.NeedMore) continue;
            Assert.Equal((part.Kind, part.ServerName), (whole.Kind, whole.ServerName));
            Assert.Equal(part.Alpn, whole.Alpn);
            return;
        }

        Assert.Equal(ClientHelloKind.NeedMore, whole.Kind);
    });
}
