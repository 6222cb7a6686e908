using System.Text;
using Linkerd.Testing;

namespace Linkerd.Telemetry.Tests;

public sealed class LogTests
{
    private static (LogSink Sink, Func<string> Text) Make(string filter, LogFormat format = LogFormat.Plain)
    {
        Assert.True(LogFilter.TryParse(filter, out LogFilter parsed, out string error), error);
        var stream = new MemoryStream();
        return (new LogSink(stream, format, parsed), () => Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Theory]
    [InlineData("linkerd_app", LogLevel.Info)]
    [InlineData("linkerd", LogLevel.Info)]
    [InlineData("hickory_proto", LogLevel.Error)]
    [InlineData("h2", LogLevel.Warn)]
    public void The_longest_directive_decides(string target, LogLevel expected)
    {
        Assert.True(LogFilter.TryParse("warn,linkerd=info,hickory=error", out LogFilter filter, out _));
        Assert.Equal(expected, filter.LevelOf(target));
    }

    [Theory]
    [InlineData("linkerd=loud")]
    [InlineData("a b=info")]
    [InlineData("=info")]
    public void A_wrong_directive_is_named(string text)
    {
        Assert.False(LogFilter.TryParse("warn," + text, out _, out string error));
        Assert.Contains(text, error);
    }

    [Fact]
    public void Spans_are_read()
    {
        Assert.True(LogFilter.TryParse("warn,linkerd_proxy_http::client[{headers}]=debug", out LogFilter filter, out string error), error);
        Assert.True(filter.HasSpan("{headers}"));
    }

    [Fact]
    [Proves("6.16 plain")]
    public void A_plain_line_has_uptime_level_thread_span_target_and_message()
    {
        (LogSink sink, Func<string> text) = Make("info");
        sink.For("linkerd_app").Log(LogLevel.Info, "hello", "inbound");
        Assert.Matches(@"^\[ +0\.\d{6}s\]  INFO ThreadId\(\d\d\) inbound: linkerd_app: hello\n$", text());
    }

    [Fact]
    [Proves("6.16 json")]
    public void A_json_line_has_the_same_parts()
    {
        (LogSink sink, Func<string> text) = Make("info", LogFormat.Json);
        sink.For("linkerd_app").Log(LogLevel.Warn, "he said \"no\"", "inbound");
        using var json = System.Text.Json.JsonDocument.Parse(text());
        Assert.Equal("WARN", json.RootElement.GetProperty("level").GetString());
        Assert.Equal("he said \"no\"", json.RootElement.GetProperty("fields").GetProperty("message").GetString());
        Assert.Equal("linkerd_app", json.RootElement.GetProperty("target").GetString());
        Assert.Equal("inbound", json.RootElement.GetProperty("spans")[0].GetProperty("name").GetString());
    }

    [Fact]
    public void The_filter_can_be_changed_while_loggers_are_held()
    {
        (LogSink sink, Func<string> text) = Make("error");
        Logger logger = sink.For("linkerd_app");
        logger.Info("one");
        Assert.True(LogFilter.TryParse("linkerd=debug", out LogFilter filter, out _));
        sink.Filter = filter;
        logger.Info("two");
        Assert.DoesNotContain("one", text());
        Assert.Contains("two", text());
    }

    [Fact]
    public void A_message_that_is_dropped_is_not_built()
    {
        (LogSink sink, _) = Make("error");
        sink.For("t").Log(LogLevel.Debug, $"value {Fail()}");
        static string Fail() => throw new InvalidOperationException("built");
    }

    [Fact]
    public void A_json_line_is_dated_and_its_spans_have_fields()
    {
        (LogSink sink, Func<string> text) = Make("info", LogFormat.Json);
        sink.For("linkerd_proxy").Log(LogLevel.Info, "hello", "inbound:accept{client.addr=10.0.0.1:80 port=4143}:server");
        using var json = System.Text.Json.JsonDocument.Parse(text());
        Assert.Equal(["timestamp", "level", "fields", "target", "spans", "threadId"], json.RootElement.EnumerateObject().Select(static p => p.Name));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", json.RootElement.GetProperty("timestamp").GetString());
        Assert.Equal("""[{"name":"inbound"},{"client.addr":"10.0.0.1:80","port":"4143","name":"accept"},{"name":"server"}]""", json.RootElement.GetProperty("spans").GetRawText());
    }

    [Theory]
    [InlineData("", "linkerd", LogLevel.Error)]
    [InlineData("linkerd=4", "linkerd_proxy::inbound", LogLevel.Debug)]
    [InlineData("linkerd", "linkerd", LogLevel.Trace)]
    [InlineData("linkerd=debug", "h2", LogLevel.Off)]
    [InlineData("warn,linkerd=info,linkerd_proxy::inbound=trace", "linkerd_proxy::inbound", LogLevel.Trace)]
    public void Directives_mean_what_env_filter_means(string text, string target, LogLevel expected)
    {
        Assert.True(LogFilter.TryParse(text, out LogFilter filter, out string error), error);
        Assert.Equal(expected, filter.LevelOf(target));
    }

    [Fact]
    public void A_stream_has_a_filter_of_its_own_and_drops_what_is_not_read()
    {
        (LogSink sink, Func<string> text) = Make("error");
        Logger logger = sink.For("linkerd_proxy");
        Assert.True(LogFilter.TryParse("linkerd=debug", out LogFilter filter, out _));
        int told = 0;
        using (LogStream stream = sink.TryStream(filter, () => told++)!)
        {
            logger.Log(LogLevel.Debug, "one");
            logger.Log(LogLevel.Debug, "two");
            sink.For("h2").Log(LogLevel.Error, "other");
            Assert.Equal(1, told);
            Assert.True(stream.TryTake(out byte[] line, out int dropped));
            Assert.Equal(0, dropped);
            Assert.Contains("\"message\":\"one\"", Encoding.UTF8.GetString(line));
            Assert.True(stream.TryTake(out line, out _));
            Assert.EndsWith("\n", Encoding.UTF8.GetString(line));
            Assert.False(stream.TryTake(out _, out _));
            for (int i = 0; i < LogStream.Capacity + 5; i++) logger.Log(LogLevel.Debug, "flood");
            Assert.True(stream.TryTake(out _, out dropped));
            Assert.Equal(5, dropped);
        }

        Assert.False(logger.IsEnabled(LogLevel.Debug));
        Assert.DoesNotContain("one", text());
        Assert.Contains("other", text());
    }

    [Fact]
    public void Only_so_many_streams_are_open_at_once()
    {
        (LogSink sink, _) = Make("error");
        Assert.True(LogFilter.TryParse("debug", out LogFilter filter, out _));
        LogStream?[] streams = [.. Enumerable.Range(0, LogSink.MaxStreams).Select(_ => sink.TryStream(filter, static () => { }))];
        Assert.All(streams, Assert.NotNull);
        Assert.Null(sink.TryStream(filter, static () => { }));
        streams[0]!.Dispose();
        using LogStream? next = sink.TryStream(filter, static () => { });
        Assert.NotNull(next);
    }
}
