using Linkerd.Charts.Functions;
using Linkerd.Charts.Values;
using Linkerd.Charts.Yaml;

namespace Linkerd.Charts.Tests;

/// <summary><c>--set</c> and its relatives, by the rules that Helm documents.</summary>
public sealed class ValueFlagTests
{
    [Theory]
    [InlineData("name=value", """{"name":"value"}""")]
    [InlineData("a=b,c=d", """{"a":"b","c":"d"}""")]
    [InlineData("outer.inner=value", """{"outer":{"inner":"value"}}""")]
    [InlineData("name={a, b, c}", """{"name":["a"," b"," c"]}""")]
    [InlineData("name={1,true,x}", """{"name":[1,true,"x"]}""")]
    [InlineData("name={}", """{"name":[]}""")]
    [InlineData("name={a},other=b", """{"name":["a"],"other":"b"}""")]
    [InlineData("servers[0].port=80", """{"servers":[{"port":80}]}""")]
    [InlineData("servers[0].port=80,servers[0].host=example", """{"servers":[{"host":"example","port":80}]}""")]
    [InlineData("a[1]=x", """{"a":[null,"x"]}""")]
    [InlineData("a[0][1]=x", """{"a":[[null,"x"]]}""")]
    [InlineData(@"name=value1\,value2", """{"name":"value1,value2"}""")]
    [InlineData(@"nodeSelector.kubernetes\.io/role=master", """{"nodeSelector":{"kubernetes.io/role":"master"}}""")]
    [InlineData("n=0,m=01,k=10,neg=-5", """{"k":10,"m":"01","n":0,"neg":-5}""")]
    [InlineData("t=true,f=False,s=truex", """{"f":false,"s":"truex","t":true}""")]
    [InlineData("x=null", """{"x":null}""")]
    [InlineData("empty=", """{"empty":""}""")]
    [InlineData("empty=,b=1", """{"b":1,"empty":""}""")]
    [InlineData("a=b=c", """{"a":"b=c"}""")]
    [InlineData("a.b=1,a.c=2", """{"a":{"b":1,"c":2}}""")]
    [InlineData("f=1.5", """{"f":"1.5"}""")]
    public void Set_has_the_types_and_escapes_of_Helm(string text, string json)
    {
        var values = new ValueMap();
        ValueFlag.Set(values, text);
        Assert.Equal(json, GoJson.Write(values, indent: false));
    }

    [Theory]
    [InlineData(".a")]
    [InlineData("[0]")]
    public void Keys_and_lists_are_nested_thirty_levels_deep_at_most(string level)
    {
        var deep = "a" + string.Concat(Enumerable.Repeat(level, 32)) + "=1";
        Assert.Contains("nested deeper than 30 levels", Assert.Throws<ChartException>(() => ValueFlag.Set([], deep)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_do_not_nest_a_document_deeper_than_it_may_be_written()
    {
        var list = new string('[', 60);
        var yaml = $"a: &a {list}{new string(']', 60)}\nb: {list}*a{new string(']', 60)}\n";
        Assert.Contains("line 2, column 64: with alias *a the document is nested deeper than 100 levels", Assert.Throws<FormatException>(() => YamlReader.Read(yaml)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Set_string_keeps_text_and_set_file_reads_it()
    {
        var values = new ValueMap();
        ValueFlag.SetString(values, "a=1,b=true,c={2}");
        ValueFlag.SetFile(values, "d.e=ca.crt", path => $"<{path}>");
        Assert.Equal("""{"a":"1","b":"true","c":["2"],"d":{"e":"<ca.crt>"}}""", GoJson.Write(values, indent: false, escapeHtml: false));
    }

    [Fact]
    public void Later_flags_change_what_earlier_ones_set()
    {
        var values = new ValueMap();
        ValueFlag.Set(values, "a.b=1,list={x,y}");
        ValueFlag.Set(values, "a.c=2,list[1]=z");
        Assert.Equal("""{"a":{"b":1,"c":2},"list":["x","z"]}""", GoJson.Write(values, indent: false));
    }

    [Theory]
    [InlineData("name", "key \"name\" has no value")]
    [InlineData("a,b=1", "key \"a\" has no value")]
    [InlineData("=x", "a key is missing")]
    [InlineData("a..b=1", "a key is missing")]
    [InlineData("a[x]=1", "\"x\" is no list index")]
    [InlineData("a[99999]=1", "\"99999\" is no list index")]
    [InlineData("a[0]", "item 0 has no value")]
    [InlineData("a={1,2", "a list must end with }")]
    public void What_cannot_be_read_is_said_with_the_flag(string text, string message)
    {
        var e = Assert.Throws<ChartException>(() => ValueFlag.Set([], text));
        Assert.StartsWith($"--set {text}: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_have_a_limit_of_depth() =>
        Assert.Contains("deeper than 30", Assert.Throws<ChartException>(() => ValueFlag.Set([], string.Join('.', Enumerable.Repeat("a", 40)) + "=1")).Message, StringComparison.Ordinal);

    [Fact]
    public void Files_of_values_merge_maps_and_replace_the_rest()
    {
        var values = YamlReader.ReadMap("a: {x: 1, w: [1, 2]}\nb: 1");
        ValueFlag.Merge(values, YamlReader.ReadMap("a: {w: [3], z: 4}\nb: {c: 1}"));
        Assert.Equal("""{"a":{"w":[3],"x":1,"z":4},"b":{"c":1}}""", GoJson.Write(values, indent: false));
    }
}
