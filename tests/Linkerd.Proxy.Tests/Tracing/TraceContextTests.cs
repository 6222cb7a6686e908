using System.Text;
using Linkerd.Http;
using Linkerd.Proxy.Tracing;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Tracing;

public sealed class TraceContextTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Parent = "00f067aa0ba902b7";
    // By Python: base64.b64encode(bytes([0, 0]) + trace + bytes([1]) + parent + bytes([2, 1])).
    private const string Binary = "AABL+S81d7NNpqPOkp0ODkc2AQDwZ6oLqQK3AgE=";

    [Theory]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true, true)]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", true, false)]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03", true, true)]
    [InlineData("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", true, true)]
    [InlineData("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more", false, false)]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", false, false)]
    [InlineData("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false, false)]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false, false)]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false, false)]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e473x-00f067aa0ba902b7-01", false, false)]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", false, false)]
    [InlineData("", false, false)]
    public void Traceparent_is_read_as_W3C_says(string header, bool valid, bool sampled)
    {
        Assert.Equal(valid, TraceContext.TryRead(Head(("traceparent", header)), out TraceContext context));
        Assert.Equal(sampled, context.IsSampled);
        if (valid) Assert.Equal((TraceForm.W3C, Trace, Parent), (context.Form, $"{context.TraceId:x32}", $"{context.ParentId:x16}"));
    }

    [Theory]
    [InlineData(Binary, true)]
    [InlineData("AABL+S81d7NNpqPOkp0ODkc2AQDwZ6oLqQK3AgE", true)]
    [InlineData("AQBL+S81d7NNpqPOkp0ODkc2AQDwZ6oLqQK3AgE=", false)]
    [InlineData("AABL+S81d7NNpqPOkp0ODkc2AQDwZ6oLqQ==", false)]
    [InlineData("AA==", false)]
    [InlineData("no base64!", false)]
    [InlineData("", false)]
    public void The_binary_form_is_read_with_and_without_padding(string header, bool valid)
    {
        Assert.Equal(valid, TraceContext.TryRead(Head(("grpc-trace-bin", header)), out TraceContext context));
        if (valid) Assert.Equal((TraceForm.GrpcBinary, Trace, Parent, true), (context.Form, $"{context.TraceId:x32}", $"{context.ParentId:x16}", context.IsSampled));
    }

    [Theory]
    [InlineData(Trace, Parent, "1", null, true, true)]
    [InlineData(Trace, Parent, "true", null, true, true)]
    [InlineData(Trace, Parent, "0", null, true, false)]
    [InlineData(Trace, Parent, null, null, true, false)]
    [InlineData(Trace, Parent, null, "1", true, true)]
    [InlineData("a3ce929d0e0e4736", Parent, "1", null, true, true)]
    [InlineData(Trace, null, "1", null, false, false)]
    [InlineData("xyz", Parent, "1", null, false, false)]
    [InlineData(Trace + "00", Parent, "1", null, false, false)]
    public void B3_headers_are_read_short_ids_too(string trace, string? span, string? sampled, string? flags, bool valid, bool isSampled)
    {
        HeaderBlock head = Head(("x-b3-traceid", trace), ("x-b3-spanid", span), ("x-b3-sampled", sampled), ("x-b3-flags", flags));
        Assert.Equal(valid, TraceContext.TryRead(head, out TraceContext context));
        Assert.Equal(isSampled, context.IsSampled);
        if (valid) Assert.EndsWith($"{context.TraceId:x}", trace, StringComparison.Ordinal);
    }

    [Fact]
    [Proves("6.16 propagate")]
    public void The_newest_form_that_makes_sense_wins()
    {
        HeaderBlock head = Head(("x-b3-traceid", Trace), ("x-b3-spanid", Parent), ("grpc-trace-bin", Binary), ("traceparent", $"00-{Trace}-{Parent}-01"));
        Assert.True(TraceContext.TryRead(head, out TraceContext context));
        Assert.Equal(TraceForm.W3C, context.Form);
        head.Set("traceparent"u8, "nonsense"u8);
        Assert.True(TraceContext.TryRead(head, out context));
        Assert.Equal(TraceForm.GrpcBinary, context.Form);
    }

    [Fact]
    public void The_next_hop_is_told_in_the_same_form()
    {
        HeaderBlock w3c = Head(("traceparent", $"00-{Trace}-{Parent}-01"), ("tracestate", "a=b"));
        Assert.Equal($"traceparent=00-{Trace}-0123456789abcdef-01;tracestate=a=b", Told(w3c));
        HeaderBlock binary = Head(("grpc-trace-bin", Binary));
        Assert.Equal("grpc-trace-bin=AABL+S81d7NNpqPOkp0ODkc2AQEjRWeJq83vAgE=", Told(binary));
        HeaderBlock b3 = Head(("x-b3-traceid", Trace), ("x-b3-spanid", Parent), ("x-b3-parentspanid", "1111111111111111"), ("x-b3-sampled", "0"));
        Assert.Equal($"x-b3-parentspanid={Parent};x-b3-sampled=0;x-b3-spanid=0123456789abcdef;x-b3-traceid={Trace}", Told(b3));
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        HeaderBlock[] heads = [Head(("traceparent", $"00-{Trace}-{Parent}-01")), Head(("grpc-trace-bin", Binary)), Head(("x-b3-traceid", Trace), ("x-b3-spanid", Parent))];
        var scratch = new HeaderBlock();
        int read = 0;
        for (int i = 0; i < 100; i++) Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++) Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(30_300, read);

        void Run()
        {
            foreach (HeaderBlock head in heads)
            {
                scratch.CopyFrom(head);
                if (!TraceContext.TryRead(scratch, out TraceContext context)) continue;
                context.WriteParent(scratch, 1);
                read++;
            }
        }
    }

    [Fact]
    public void Attributes_come_from_four_sources_the_later_ones_win()
    {
        IReadOnlyDictionary<string, string> attributes = TraceAttributes.Gather(
            "linkerd-proxy",
            "app=\"web\"\nversion=\"v1\"\nempty=\"\"\nno-value\nkey==value\n",
            "service.name=web-linkerd-proxy\nversion=v2\n",
            "deployment.environment=prod,team=a%20b");
        Assert.Equal(
            "app=web;deployment.environment=prod;empty=;key==value;service.name=web-linkerd-proxy;team=a b;version=v2",
            string.Join(';', attributes.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}={a.Value}")));
        Assert.Empty(TraceAttributes.Gather(null, null, null, null));
    }

    private static HeaderBlock Head(params (string Name, string? Value)[] fields)
    {
        var head = new HeaderBlock();
        foreach ((string name, string? value) in fields)
        {
            if (value is not null) head.Add(Encoding.ASCII.GetBytes(name), Encoding.ASCII.GetBytes(value));
        }

        return head;
    }

    private static string Told(HeaderBlock head)
    {
        Assert.True(TraceContext.TryRead(head, out TraceContext context));
        context.WriteParent(head, 0x0123456789abcdef);
        var fields = new List<string>();
        for (int i = 0; i < head.Count; i++) fields.Add($"{Encoding.ASCII.GetString(head[i].Name)}={Encoding.ASCII.GetString(head[i].Value)}");
        return string.Join(';', fields.Order(StringComparer.Ordinal));
    }
}
