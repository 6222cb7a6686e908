using System.Globalization;
using System.Text.RegularExpressions;

namespace Linkerd.Controller.Policy.Reading;

/// <summary>Durations of the Gateway API (GEP-2257): one to four numbers with the units <c>h</c>, <c>m</c>, <c>s</c> and <c>ms</c>, such as <c>1h30m</c>.</summary>
internal static partial class GatewayDuration
{
    public static bool TryParse(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        var match = Form().Match(text);
        if (!match.Success)
            return false;
        var (numbers, units) = (match.Groups["number"].Captures, match.Groups["unit"].Captures);
        for (var i = 0; i < numbers.Count; i++)
        {
            var number = int.Parse(numbers[i].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
            value += units[i].ValueSpan switch
            {
                "h" => TimeSpan.FromHours(number),
                "m" => TimeSpan.FromMinutes(number),
                "s" => TimeSpan.FromSeconds(number),
                _ => TimeSpan.FromMilliseconds(number),
            };
        }

        return true;
    }

    [GeneratedRegex(@"^((?<number>[0-9]{1,5})(?<unit>ms|h|m|s)){1,4}\z")]
    private static partial Regex Form();
}
