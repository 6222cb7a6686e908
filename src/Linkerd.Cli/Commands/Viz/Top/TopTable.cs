using System.Globalization;
using System.Text;
using Linkerd.Api.Viz;
using Linkerd.Api.VizTap;
using Linkerd.Cli.Commands.Viz.Tap;

namespace Linkerd.Cli.Commands.Viz.Top;

/// <summary>Puts the three events of a request together and adds requests up. Not for several threads at once.</summary>
internal sealed class TopTable(bool hideSources, bool routes)
{
    private const int MaxRows = 1000;
    private const int MaxOpen = 10_000;

    private readonly Dictionary<TopKey, TopRow> _rows = [];
    private readonly Dictionary<(string Source, string Destination, uint Base, ulong Stream), (TopKey Key, uint Status)> _open = [];

    /// <summary>Takes an event; those that belong to a request whose beginning was not seen are passed over.</summary>
    public void Add(TapEvent tap)
    {
        if (tap.Http is not { } http || IdOf(http) is not { } id)
            return;
        var stream = (TapText.Address(tap.Source), TapText.Address(tap.Destination), id.Base, id.Stream);
        if (http.EventCase == TapEvent.Types.Http.EventOneofCase.RequestInit)
        {
            // Requests that never end must not be kept for ever.
            if (_open.Count >= MaxOpen)
                _open.Clear();
            _open[stream] = (KeyOf(tap, http.RequestInit), 0);
        }
        else if (_open.TryGetValue(stream, out var open))
        {
            if (http.EventCase == TapEvent.Types.Http.EventOneofCase.ResponseInit)
                _open[stream] = open with { Status = http.ResponseInit.HttpStatus };
            else if (_open.Remove(stream))
                End(open.Key, open.Status, http.ResponseEnd);
        }
    }

    /// <summary>The rows, most frequent first.</summary>
    public IReadOnlyList<TopRow> Rows() =>
        [.. _rows.Values.OrderByDescending(static r => r.Count).ThenBy(static r => r.Key.Source, StringComparer.Ordinal).ThenBy(static r => r.Key.Path, StringComparer.Ordinal)];

    /// <summary>The table for a screen of some width and height, scrolled by whole rows and by columns of text.</summary>
    public string Render(int width, int height, int down, int right)
    {
        var lines = new List<string[]> { Header() };
        lines.AddRange(Rows().Skip(down).Take(Math.Max(0, height - 3)).Select(Cells));
        var widths = Enumerable.Range(0, lines[0].Length).Select(c => lines.Max(l => l[c].Length)).ToArray();
        var text = new StringBuilder("(press q to quit)\n(press a/LeftArrowKey to scroll left, d/RightArrowKey to scroll right)\n");
        foreach (var line in lines)
        {
            var whole = string.Join("  ", line.Select((cell, c) => cell.PadRight(widths[c])));
            var shown = whole.Length <= right ? "" : whole[right..Math.Min(whole.Length, right + width)];
            text.Append(shown.TrimEnd()).Append('\n');
        }

        return text.ToString();
    }

    private string[] Header()
    {
        List<string> cells = hideSources ? [] : ["Source"];
        cells.AddRange(["Destination", "Method", .. (string[])(routes ? ["Route"] : ["Path"]), "Count", "Best", "Worst", "Last", "Success Rate"]);
        return [.. cells];
    }

    private string[] Cells(TopRow row)
    {
        List<string> cells = hideSources ? [] : [row.Key.Source];
        cells.AddRange(
        [
            row.Key.Destination, row.Key.Method, routes ? row.Key.Route : row.Key.Path, row.Count.ToString(CultureInfo.InvariantCulture),
            Short(row.Best), Short(row.Worst), Short(row.Last), string.Create(CultureInfo.InvariantCulture, $"{row.SuccessRate * 100:0.00}%"),
        ]);
        return [.. cells];
    }

    private TopKey KeyOf(TapEvent tap, TapEvent.Types.Http.Types.RequestInit request)
    {
        var route = routes ? tap.RouteMeta?.Labels.GetValueOrDefault("route", "") is { Length: > 0 } name ? name : "[DEFAULT]" : "";
        return new TopKey(
            hideSources ? "" : Printable(EndOf(tap.SourceMeta, tap.Source)), Printable(EndOf(tap.DestinationMeta, tap.Destination)),
            TapText.Method(request.Method), routes ? "" : Printable(request.Path), route);
    }

    private void End(TopKey key, uint status, TapEvent.Types.Http.Types.ResponseEnd end)
    {
        if (!_rows.TryGetValue(key, out var row))
        {
            // Paths may be anything: the rarest make room.
            if (_rows.Count >= MaxRows)
                _rows.Remove(_rows.MinBy(static r => r.Value.Count).Key);
            _rows[key] = row = new TopRow(key);
        }

        row.Add(end.SinceRequestInit?.ToTimeSpan() ?? TimeSpan.Zero, IsFailure(status, end.Eos));
    }

    private static bool IsFailure(uint status, Eos? eos) => eos?.EndCase switch
    {
        // Unknown, DeadlineExceeded, Internal, Unavailable, DataLoss: the server's, as the proxies classify them.
        Eos.EndOneofCase.GrpcStatusCode => eos.GrpcStatusCode is 2 or 4 or 13 or 14 or 15 || status >= 500,
        Eos.EndOneofCase.ResetErrorCode => true,
        _ => status >= 500,
    };

    private static TapEvent.Types.Http.Types.StreamId? IdOf(TapEvent.Types.Http http) => http.EventCase switch
    {
        TapEvent.Types.Http.EventOneofCase.RequestInit => http.RequestInit.Id,
        TapEvent.Types.Http.EventOneofCase.ResponseInit => http.ResponseInit.Id,
        TapEvent.Types.Http.EventOneofCase.ResponseEnd => http.ResponseEnd.Id,
        _ => null,
    };

    private static string EndOf(TapEvent.Types.EndpointMeta? meta, Api.CommonNet.TcpAddress? address) =>
        meta?.Labels.GetValueOrDefault("pod", "") is { Length: > 0 } pod ? pod : TapText.IP(address?.Ip)?.ToString() ?? "";

    private static string Printable(string text) => string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c));

    private static string Short(TimeSpan time) => time.TotalSeconds >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0}s")
        : time.TotalMilliseconds >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0}ms")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0}µs");
}
