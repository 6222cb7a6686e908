using Linkerd.Charts.Templates;

namespace Linkerd.Charts.Tests;

/// <summary>Every error names file, line, column and expression; no template can take more than its share.</summary>
public sealed class TemplateErrorTests
{
    [Theory]
    [InlineData("a\n  {{ .Values.a.b }}", "c/templates/t.yaml:2:6: executing <.Values.a.b>: nil pointer evaluating interface {}.b")]
    [InlineData("{{ .Values.s.b }}", "c/templates/t.yaml:1:4: executing <.Values.s.b>: can't evaluate field b in type string")]
    [InlineData("{{ .Chart.Nothing }}", "executing <.Chart.Nothing>: can't evaluate field Nothing: there is none of this name")]
    [InlineData("{{ nofunc 1 }}", "c/templates/t.yaml:1:4: function \"nofunc\" is not defined")]
    [InlineData("{{ $x }}", "undefined variable \"$x\"")]
    [InlineData("{{ if true }}", "c/templates/t.yaml:1:4: {{if}} has no {{end}}")]
    [InlineData("{{ end }}", "unexpected {{end}}")]
    [InlineData("{{ else }}", "unexpected {{else}}")]
    [InlineData("{{ \"abc }}", "this string has no end")]
    [InlineData("{{ `abc }}", "this raw string has no end")]
    [InlineData("{{/* abc }}", "this comment has no end")]
    [InlineData("{{ 1", "this action has no end")]
    [InlineData("{{ break }}", "{{break}} outside of a range")]
    [InlineData("{{ ( 1 }}", "unexpected }}")]
    [InlineData("{{ # }}", "unexpected character # in an action")]
    [InlineData("{{ .Values.s | 1 }}", "a value cannot be piped into 1")]
    [InlineData("{{ 1 2 }}", "can't give argument to non-function")]
    [InlineData("{{ }}", "missing value for action")]
    [InlineData("{{ indent .Values.num \"x\" }}", "executing <indent .Values.num \"x\">: indent: argument 1 must be an integer; it is float64 2")]
    [InlineData("{{ upper .Values.missing }}", "upper: argument 1 must be a string; it is nothing (nil)")]
    [InlineData("{{ fail \"own words\" }}", "executing <fail \"own words\">: own words")]
    [InlineData("{{ required \"give a name\" .Values.missing }}", "give a name")]
    [InlineData("{{ include \"none\" . }}", "template \"none\" is not defined")]
    [InlineData("{{ template \"none\" . }}", "template \"none\" is not defined")]
    [InlineData("{{ eq 1 1.5 }}", "eq: incompatible types for comparison: int and float64")]
    [InlineData("{{ index .Values.l 7 }}", "index out of range: 7 of 2")]
    [InlineData("{{ range .Values.s }}{{ end }}", "range can't iterate over text")]
    [InlineData("{{ define \"x\" }}{{ .a.b }}{{ end }}{{ include \"x\" .Values }}", "executing <.a.b>: nil pointer evaluating interface {}.b\n  in include \"x\" .Values at c/templates/t.yaml:1:")]
    [InlineData("{{ semverCompare \"nonsense\" \"1.2\" }}", "semverCompare: improper constraint: nonsense")]
    [InlineData("{{ regexMatch \"(\" \"x\" }}", "regexMatch:")]
    [InlineData("{{ div 1 0 }}", "div:")]
    [InlineData("{{ b64dec \"%\" }}", "b64dec:")]
    public void An_error_says_where_and_what(string template, string message)
    {
        var e = Assert.Throws<ChartException>(() => Snippet.Render(template, "s: text\nnum: 2\nl: [1, 2]"));
        Assert.StartsWith("c/templates/t.yaml:", e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ define \"x\" }}{{ include \"x\" . }}{{ end }}{{ include \"x\" . }}", "templates include each other more than 8 deep")]
    [InlineData("{{ define \"x\" }}{{ tpl \"{{ include \\\"x\\\" . }}\" . }}{{ end }}{{ include \"x\" . }}", "templates include each other more than 8 deep")]
    [InlineData("{{ range until 100 }}{{ range until 100 }}x{{ end }}{{ end }}", "rendering takes more than 1000 steps")]
    [InlineData("{{ repeat 900 \"xxxx\" }}{{ repeat 900 \"xxxx\" }}", "rendering writes more than 4000 characters")]
    [InlineData("{{ repeat 100000 \"xxxx\" }}", "is not within 0 to 4000")]
    [InlineData("{{ until 1000 | len }}", "a list may have 100 elements")]
    [InlineData("{{ regexMatch \"^(a+)+$\" (repeat 40 \"a\" | printf \"%sb\") }}", "regexMatch:")]
    public void No_template_takes_more_than_its_limits(string template, string message)
    {
        var limits = new RenderLimits { IncludeDepth = 8, Steps = 1000, OutputCharacters = 4000, ListLength = 100, RegexTimeout = TimeSpan.FromMilliseconds(50) };
        Assert.Contains(message, Assert.Throws<ChartException>(() => Snippet.Render(template, limits: limits)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ $x := \"0123456789\" }}{{ range until 16 }}{{ $x = printf \"%s%s\" $x $x }}{{ end }}", "may have 4000 characters")]
    [InlineData("{{ $x := list 1 }}{{ range until 16 }}{{ $x = concat $x $x }}{{ end }}", "may have 500 values")]
    [InlineData("{{ $x := dict }}{{ range until 16 }}{{ $x = dict \"a\" $x \"b\" $x }}{{ end }}{{ toJson $x }}", "may have 500 values")]
    [InlineData("{{ $x := dict }}{{ $_ := set $x \"self\" $x }}{{ toYaml $x }}", "nested deeper than 20 levels, or holds itself")]
    [InlineData("{{ $x := dict }}{{ $y := dict \"x\" $x }}{{ $_ := set $x \"y\" $y }}{{ $x }}", "nested deeper than 20 levels, or holds itself")]
    [InlineData("{{ indent 1000 (repeat 100 \"a\\n\") | len }}", "would have 101200")]
    [InlineData("{{ replace \"a\" (repeat 1000 \"b\") (repeat 1000 \"a\") | len }}", "would have 1000000")]
    [InlineData("{{ join (repeat 1000 \"b\") (until 100) | len }}", "would have 100190")]
    public void What_a_template_holds_without_writing_it_has_a_limit(string template, string expected)
    {
        var limits = new RenderLimits { OutputCharacters = 4000, ValueNodes = 500, ValueDepth = 20 };
        Assert.Contains(expected, Assert.Throws<ChartException>(() => Snippet.Render(template, limits: limits)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_has_a_limit()
    {
        Assert.Contains("nested deeper than 100", Assert.Throws<ChartException>(() => Snippet.Render(new string('x', 0) + string.Concat(Enumerable.Repeat("{{ if true }}", 150)))).Message, StringComparison.Ordinal);
        Assert.Contains("nested deeper than 100", Assert.Throws<ChartException>(() => Snippet.Render("{{ " + new string('(', 200) + "1" + new string(')', 200) + " }}")).Message, StringComparison.Ordinal);
    }
}
