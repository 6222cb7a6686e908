namespace Linkerd.Proxy.Tracing;

/// <summary>The attributes of the resource that spans come from. Later sources win: service name, pod labels, extra attributes, OTEL_RESOURCE_ATTRIBUTES.</summary>
internal static class TraceAttributes
{
    public static IReadOnlyDictionary<string, string> Gather(string? serviceName, string? podLabels, string? extra, string? otel)
    {
        var attributes = new Dictionary<string, string>();
        if (serviceName is not null) attributes["service.name"] = serviceName;
        Add(attributes, podLabels, '\n');
        Add(attributes, extra, '\n');
        // The OpenTelemetry specification separates by commas and encodes values as percents; injectors write lines.
        if (otel is not null) Add(attributes, otel.Contains('\n', StringComparison.Ordinal) ? otel : Uri.UnescapeDataString(otel.Replace(',', '\n')), '\n');
        return attributes;
    }

    /// <summary>Lines of <c>key=value</c>; the quotes that the downward API puts around values are taken off.</summary>
    private static void Add(Dictionary<string, string> attributes, string? text, char separator)
    {
        foreach (string line in (text ?? string.Empty).Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) attributes[line[..equals].Trim()] = line[(equals + 1)..].Trim().Trim('"');
        }
    }
}
