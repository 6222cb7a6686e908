
namespace Linkerd.Controller.Tests.Common;

public sealed class FlagSetTests
{
    private readonly FlagSet _flags = new();

    public FlagSetTests()
    {
        _flags.Add("addr", ":8086", "address");
        _flags.Add("lifetime", "24h0m0s", "duration");
        _flags.AddSwitch("enable", false, "switch");
    }

    [Theory]
    [InlineData("-addr=127.0.0.1:1")]
    [InlineData("--addr=127.0.0.1:1")]
    [InlineData("-addr", "127.0.0.1:1")]
    [InlineData("--addr", "127.0.0.1:1")]
    public void One_dash_or_two_with_equals_or_space(params string[] args)
    {
        _flags.Parse(args);
        Assert.Equal("127.0.0.1:1", _flags.Listen("addr").ToString());
    }

    [Fact]
    public void Switches_need_no_value_and_defaults_hold()
    {
        _flags.Parse(["-enable"]);
        Assert.True(_flags.Switch("enable"));
        Assert.Equal(8086, _flags.Listen("addr").Port);
        Assert.Equal(TimeSpan.FromHours(24), _flags.Duration("lifetime"));
        _flags.Parse(["--enable=false", "--lifetime=1m30.5s"]);
        Assert.False(_flags.Switch("enable"));
        Assert.Equal(TimeSpan.FromSeconds(90.5), _flags.Duration("lifetime"));
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var message = Assert.Throws<UsageException>(() => _flags.Parse(["stray", "--bogus=1", "--addr"])).Message;
        Assert.Equal(3, message.Split('\n').Length);
        Assert.Contains("unknown flag --bogus", message);
    }

    [Theory]
    [InlineData("--addr=nowhere", "addr")]
    [InlineData("--lifetime=1 hour", "lifetime")]
    [InlineData("--enable=perhaps", "enable")]
    public void A_bad_value_names_flag_and_value(string arg, string name)
    {
        _flags.Parse([arg]);
        var message = Assert.Throws<UsageException>(() =>
        {
            _flags.Listen("addr");
            _flags.Duration("lifetime");
            _flags.Switch("enable");
        }).Message;
        Assert.StartsWith(arg + ": use ", message);
        Assert.Contains(name, message);
    }

    [Theory]
    [InlineData("25,587, 3000-3002", 25, true)]
    [InlineData("25,587,3000-3002", 3001, true)]
    [InlineData("25,587,3000-3002", 3003, false)]
    [InlineData("http", 8080, true)]
    [InlineData("99999,x,5-1", 5, false)]
    [InlineData(null, 1, false)]
    public void Port_sets(string? text, int port, bool expected) =>
        Assert.Equal(expected, PortSet.Parse(text, new Dictionary<string, int> { ["http"] = 8080 }).Contains(port));

    [Fact]
    public void Metrics_are_exposed_in_prometheus_form()
    {
        var registry = new MetricRegistry();
        registry.Counter("requests", "Requests.", "service").With("a\"b").Add(2);
        registry.Gauge("ttl", "Seconds.", () => 1.5);
        Assert.Equal("# HELP requests Requests.\n# TYPE requests counter\nrequests{service=\"a\\\"b\"} 2\n# HELP ttl Seconds.\n# TYPE ttl gauge\nttl 1.5\n", registry.Expose());
    }

    [Theory]
    [InlineData(false, "level=warning msg=\"a \\\"b\\\"\" component=c name=x\\n")]
    [InlineData(true, "\"level\":\"warning\",\"msg\":\"a \\u0022b\\u0022\"")]
    public void Log_lines_are_quoted(bool json, string expected)
    {
        var output = new StringWriter { NewLine = "\\n" };
        using var provider = new LineLoggerProvider(output, json, TimeProvider.System);
        var fields = new List<KeyValuePair<string, object?>> { new("Name", "x"), new("{OriginalFormat}", "f") };
        provider.CreateLogger("c").Log(Microsoft.Extensions.Logging.LogLevel.Warning, default, fields, null, (_, _) => "a \"b\"");
        Assert.Contains(expected, output.ToString());
    }
}
