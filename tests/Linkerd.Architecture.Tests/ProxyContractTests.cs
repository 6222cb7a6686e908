using System.Text;
using Linkerd.Testing;

namespace Linkerd.Architecture.Tests;

/// <summary>Every promise of the proxy has a test that proves it or says why it has none; the table in the docs is made from both.</summary>
public sealed class ProxyContractTests
{
    private static readonly string s_tests = Path.Combine(Repository.Root, "tests");

    private static readonly IReadOnlyList<ContractRow> s_rows = ContractRow.Parse(File.ReadLines(Path.Combine(s_tests, "Linkerd.Architecture.Tests", "proxy-contract.txt")));

    private static readonly ILookup<string, string> s_proofs = ContractProofs.Read(s_tests);

    [Fact]
    public void Ids_are_unique() => Assert.Equal(s_rows.Count, s_rows.DistinctBy(static r => r.Id).Count());

    [Fact]
    public void Every_row_has_a_test_or_a_reason() =>
        Assert.Empty(s_rows.Where(static r => r.Reason is null && !s_proofs.Contains(r.Id)).Select(static r => r.Id));

    [Fact]
    public void A_row_with_a_test_gives_no_reason() =>
        Assert.Empty(s_rows.Where(static r => r.Reason is not null && s_proofs.Contains(r.Id)).Select(static r => r.Id));

    [Fact]
    public void Tests_prove_rows_that_exist() =>
        Assert.Empty(s_proofs.Select(static p => p.Key).Except(s_rows.Select(static r => r.Id)));

    [Fact]
    public void The_page_shows_the_table()
    {
        var path = Path.Combine(Repository.Root, "docs", "reference", "proxy-contract.md");
        var page = Page();
        if (Environment.GetEnvironmentVariable("GOLDEN_UPDATE") == "1")
            File.WriteAllText(path, page);
        Assert.True(File.Exists(path) && File.ReadAllText(path) == page, "docs/reference/proxy-contract.md is not what the tests say: run `make golden-update`");
    }

    private static string Page()
    {
        var page = new StringBuilder("""
            # What the proxy promises, and the tests that prove it

            Made by `make golden-update` from `tests/Linkerd.Architecture.Tests/proxy-contract.txt` and the `[Proves]` attributes of the tests.
            `./test` fails for a row that has neither a test nor a reason.

            """.ReplaceLineEndings("\n"));
        foreach (var section in s_rows.GroupBy(static r => r.Section))
        {
            page.Append('\n').Append("## ").Append(section.Key).Append("\n\n| row | promise | proved by |\n|---|---|---|\n");
            foreach (var row in section)
                page.Append($"| {row.Id} | {Cell(row.Statement)} | {Proof(row)} |\n");
        }

        return page.ToString();
    }

    private static string Proof(ContractRow row) =>
        row.Reason is { } reason ? $"not proved: {Cell(reason)}" : string.Join("<br>", s_proofs[row.Id].Distinct().Select(static t => $"`{t}`"));

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
