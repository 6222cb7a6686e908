using System.Text.RegularExpressions;
using Linkerd.Proxy.Config;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Config;

/// <summary>docs/reference/proxy-environment.md and what the proxy reads are the same list.</summary>
public sealed partial class EnvironmentPageTests
{
    private const string Prefix = "LINKERD2_PROXY_";

    [Fact]
    public void The_page_has_exactly_the_variables_that_are_read()
    {
        Dictionary<string, string> page = Page();
        SortedSet<string> read = Read();

        Assert.True(read.Count > 100, $"only {read.Count} variables were asked for");
        Assert.Empty(read.Where(name => !page.ContainsKey(name)).Select(static name => $"{name} is read, but not in the page"));
        Assert.Empty(page.Where(row => row.Value != "no" && !read.Contains(row.Key)).Select(static row => $"{row.Key} is in the page as '{row.Value}', but not read"));
        Assert.Empty(page.Where(row => row.Value == "no" && read.Contains(row.Key)).Select(static row => $"{row.Key} is in the page as not read, but it is"));
        Assert.All(page, static row => Assert.Contains(row.Value, (string[])["yes", "read", "no"]));
    }

    /// <summary>Every name that the loader asks for, whichever way its conditions go.</summary>
    private static SortedSet<string> Read()
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        var services = new Dictionary<string, string> { ["TAP_SVC_NAME"] = "tap", ["IDENTITY_LOCAL_NAME"] = "web.example" };
        foreach (string service in (string[])["DESTINATION", "POLICY", "IDENTITY", "TRACE_COLLECTOR"]) services[service + "_SVC_ADDR"] = "service.example:80";
        foreach (Dictionary<string, string> given in (Dictionary<string, string>[])[[], services])
        {
            try
            {
                ConfigLoader.Load(
                    name =>
                    {
                        string bare = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
                        names.Add(bare);
                        return given.GetValueOrDefault(bare);
                    }, processors: 1);
            }
            catch (ConfigException)
            {
                // What must be set is not: the loader reads everything before it says so.
            }
        }

        return names;
    }

    /// <summary>Variables of the page's tables, braces expanded, with what they say of the effect.</summary>
    private static Dictionary<string, string> Page()
    {
        var rows = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(Path.Combine(Repository.Root, "docs", "reference", "proxy-environment.md")))
        {
            string[] cells = line.Split('|');
            if (cells.Length != 6 || !cells[1].Contains('`', StringComparison.Ordinal)) continue;
            foreach (Match name in Name().Matches(cells[1]))
            {
                foreach (string expanded in Expand(name.Groups[1].Value)) Assert.True(rows.TryAdd(expanded, cells[4].Trim()), $"{expanded} is in the page twice");
            }
        }

        return rows;
    }

    private static IEnumerable<string> Expand(string text)
    {
        Match braces = Braces().Match(text);
        return !braces.Success ? [text] : braces.Groups[1].Value.Split(',').SelectMany(choice => Expand(text[..braces.Index] + choice + text[(braces.Index + braces.Length)..]));
    }

    [GeneratedRegex("`([A-Z0-9_{},]+)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"\{([^{}]*)\}")]
    private static partial Regex Braces();
}
