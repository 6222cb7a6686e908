using System.Globalization;
using System.Text;
using Emojivoto.V1;

namespace Linkerd.Demo;

/// <summary>The emoji that one can vote for, in the order in which they are shown.</summary>
internal static class EmojiCatalog
{
    private static readonly Dictionary<string, Emoji> s_byShortcode;

    static EmojiCatalog()
    {
        All = [.. Read()];
        s_byShortcode = All.ToDictionary(e => e.Shortcode);
    }

    public static IReadOnlyList<Emoji> All { get; }

    /// <summary>The emoji whose votes fail.</summary>
    public const string Doughnut = ":doughnut:";

    public static Emoji? Find(string shortcode) => s_byShortcode.GetValueOrDefault(shortcode);

    /// <summary>The RPC that votes for an emoji: <c>:man_dancing:</c> is <c>VoteManDancing</c>.</summary>
    public static string VoteMethod(string shortcode)
    {
        var name = new StringBuilder("Vote");
        foreach (var word in shortcode.Trim(':').Split('_'))
            name.Append(char.ToUpper(word[0], CultureInfo.InvariantCulture)).Append(word.AsSpan(1));
        return name.ToString();
    }

    private static IEnumerable<Emoji> Read()
    {
        using var reader = new StreamReader(Resources.Open("emoji.txt"));
        while (reader.ReadLine() is { } line)
        {
            if (line.Split(' ', 2) is [var unicode, var shortcode])
                yield return new Emoji { Unicode = unicode, Shortcode = shortcode };
        }
    }
}
