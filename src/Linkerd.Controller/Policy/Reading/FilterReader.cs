using Linkerd.Controller.Common.Reading;
using Linkerd.Controller.Policy.Core;
using Linkerd.Model;

namespace Linkerd.Controller.Policy.Reading;

/// <summary>Reads the filters of rules and backends.</summary>
internal static class FilterReader
{
    /// <exception cref="UnsupportedFilterException">The proxy has no filter of that type.</exception>
    public static RouteFilter Read(Field filter, RouteKind kind)
    {
        var type = filter["type"].Name();
        return type switch
        {
            "RequestHeaderModifier" => new RouteFilter.RequestHeaders(Changes(filter["requestHeaderModifier"])),
            "ResponseHeaderModifier" when kind is RouteKind.Http => new RouteFilter.ResponseHeaders(Changes(filter["responseHeaderModifier"])),
            "RequestRedirect" when kind is RouteKind.Http => Redirect(filter["requestRedirect"]),
            _ => throw new UnsupportedFilterException(type, filter["type"].Fault("is not supported here: use RequestHeaderModifier, ResponseHeaderModifier or RequestRedirect").Message),
        };
    }

    private static HeaderChanges Changes(Field field) => field.IsPresent
        ? new HeaderChanges(Pairs(field["add"]), Pairs(field["set"]), [.. field["remove"].Items().Select(Header)])
        : throw field.Fault("is required for a filter of this type");

    private static IReadOnlyList<KeyValuePair<string, string>> Pairs(Field field) =>
        [.. field.Items().Select(static item => KeyValuePair.Create(Header(item["name"]), Value(item["value"])))];

    private static string Header(Field field)
    {
        var name = field.Name();
        return name.Length <= 256 && name.All(static c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal))
            ? name
            : throw field.Fault("is no header name (RFC 9110, section 5.1)");
    }

    private static string Value(Field field)
    {
        var value = field.Text();
        return value.Length <= 4096 && value.All(static c => c is '\t' or (>= ' ' and < '\x7f') or (>= '\x80' and <= '\xff')) ? value : throw field.Fault("is no header value (RFC 9110, section 5.5)");
    }

    private static RouteFilter.Redirect Redirect(Field field)
    {
        var status = field["statusCode"].OptionalNumber(300, 399);
        if (status is not (null or 301 or 302 or 303 or 307 or 308))
            throw field["statusCode"].Fault("must be 301, 302, 303, 307 or 308");
        var scheme = field["scheme"].OptionalText();
        if (scheme is not (null or "http" or "https"))
            throw field["scheme"].Fault("must be http or https");
        return new RouteFilter.Redirect(scheme, field["hostname"].OptionalText(), PathOf(field["path"]), (int?)field["port"].OptionalNumber(1, ushort.MaxValue), (int)(status ?? 302));
    }

    private static TextMatch? PathOf(Field path) => !path.IsPresent ? null : path["type"].Name() switch
    {
        "ReplaceFullPath" => new TextMatch(TextMatchKind.Exact, path["replaceFullPath"].Text()),
        "ReplacePrefixMatch" => new TextMatch(TextMatchKind.Prefix, path["replacePrefixMatch"].Text()),
        _ => throw path["type"].Fault("must be ReplaceFullPath or ReplacePrefixMatch"),
    };
}
