using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Kubernetes.Tests;

public sealed class YamlTests
{
    [Theory]
    [InlineData("a: 1", """{"a":1}""")]
    [InlineData("a: '1'", """{"a":"1"}""")]
    [InlineData("a: \"1\"", """{"a":"1"}""")]
    [InlineData("a: yes", """{"a":true}""")]
    [InlineData("a: off", """{"a":false}""")]
    [InlineData("a: 0777", """{"a":511}""")]
    [InlineData("a: 0o17", """{"a":15}""")]
    [InlineData("a: 0x1F", """{"a":31}""")]
    [InlineData("a: 1_000", """{"a":1000}""")]
    [InlineData("a: -5", """{"a":-5}""")]
    [InlineData("a: 1.5", """{"a":1.5}""")]
    [InlineData("a: 1e3", """{"a":1000}""")]
    [InlineData("a: ~", """{"a":null}""")]
    [InlineData("a:", """{"a":null}""")]
    [InlineData("a: 100m", """{"a":"100m"}""")]
    [InlineData("a: 1.2.3", """{"a":"1.2.3"}""")]
    [InlineData("a: 2024-01-01", """{"a":"2024-01-01"}""")]
    [InlineData("a: 10.0.0.1", """{"a":"10.0.0.1"}""")]
    [InlineData("a: 12:34", """{"a":"12:34"}""")]
    [InlineData("a: !!str 12", """{"a":"12"}""")]
    [InlineData("1: x", """{"1":"x"}""")]
    [InlineData("a: |\n  x\n  y\n", """{"a":"x\ny\n"}""")]
    [InlineData("a: [1, {b: c}]", """{"a":[1,{"b":"c"}]}""")]
    [InlineData("a: &x {b: 1}\nc: *x", """{"a":{"b":1},"c":{"b":1}}""")]
    [InlineData("a: &x {b: 1, d: 2}\nc:\n  <<: *x\n  d: 3", """{"a":{"b":1,"d":2},"c":{"d":3,"b":1}}""")]
    [InlineData("""{"json": [true, null]}""", """{"json":[true,null]}""")]
    public void Scalars_have_the_types_that_kubectl_gives_them(string yaml, string json) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), KubernetesYaml.Read(yaml)), KubernetesYaml.Read(yaml)!.ToJsonString());

    [Fact]
    public void Documents_are_separated_and_empty_ones_dropped()
    {
        var documents = KubernetesYaml.ReadAll("---\na: 1\n---\n---\n# nothing\n---\nb: 2\n...\n");
        Assert.Equal(["""{"a":1}""", """{"b":2}"""], documents.Select(d => d.ToJsonString()));
    }

    [Theory]
    [InlineData("a: b: c", "line 1")]
    [InlineData("a: [1", "line")]
    [InlineData("a: 1\na: 2", "key \"a\" is already set")]
    [InlineData("a: *nowhere", "nowhere")]
    [InlineData("a: .inf", ".inf")]
    [InlineData("? {a: b}\n: c", "line 1")]
    public void Faults_have_a_place(string yaml, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => KubernetesYaml.ReadAll(yaml)).Message);

    [Fact]
    public void Aliases_cannot_exhaust_memory()
    {
        var bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(1, 9).Select(i => $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));
        Assert.Contains("more than", Assert.Throws<FormatException>(() => KubernetesYaml.ReadAll(bomb)).Message);
        var deep = new string('[', 500) + new string(']', 500);
        Assert.Contains("nested deeper", Assert.Throws<FormatException>(() => KubernetesYaml.ReadAll(deep)).Message);
    }

    [Fact]
    public void What_is_written_is_read_back_unchanged()
    {
        var text = Gen.OneOf(
            ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => s.Get),
            Gen.Elements("", "yes", "0777", "1", "null", "- x", "a: b", "#c", " lead", "trail ", "x\ny", "x\n\n", "\n", "'q'", "\"d\"", "a #b", "2024-01-01", "~", "*x", "{}", "|", "k:", "é\u0001", "\t", "-", "--- x", "?", "? x", ".5", "<<", "=", "\r\n", "x \ny", "  \n x", "@at", "`tick"));
        var leaf = Gen.OneOf(
            text.Select(JsonNode? (s) => JsonValue.Create(new string(s.Where(c => !char.IsSurrogate(c)).ToArray()))),
            ArbMap.Default.GeneratorFor<long>().Select(JsonNode? (n) => JsonValue.Create(n)),
            Gen.Elements<bool>(true, false).Select(JsonNode? (b) => JsonValue.Create(b)),
            Gen.Constant<JsonNode?>(null));
        Prop.ForAll(Tree(leaf, text, 3).ToArbitrary(), node =>
        {
            var yaml = KubernetesYaml.Write(node);
            var back = KubernetesYaml.Read(yaml);
            return JsonNode.DeepEquals(JsonNode.Parse(node?.ToJsonString() ?? "null"), JsonNode.Parse(back?.ToJsonString() ?? "null")).Label(yaml);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    private static Gen<JsonNode?> Tree(Gen<JsonNode?> leaf, Gen<string> keys, int depth)
    {
        if (depth == 0)
            return leaf;
        var child = Tree(leaf, keys, depth - 1);
        var list = child.ListOf().Select(JsonNode? (items) => new JsonArray([.. items.Take(4).Select(i => i?.DeepClone())]));
        var map = child.ListOf().Zip(keys.Select(k => new string(k.Where(c => !char.IsSurrogate(c)).ToArray())).ListOf()).Select(JsonNode? (pair) =>
        {
            var result = new JsonObject();
            foreach (var (value, key) in pair.Item1.Take(4).Zip(pair.Item2))
                result.TryAdd(key, value?.DeepClone());
            return result;
        });
        return Gen.OneOf(leaf, list, map);
    }
}
