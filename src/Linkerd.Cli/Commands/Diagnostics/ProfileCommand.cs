using System.CommandLine;
using System.Text;
using System.Text.Json;
using Linkerd.Api.Destination;
using Linkerd.Api.Meta;

namespace Linkerd.Cli.Commands.Diagnostics;

/// <summary><c>linkerd diagnostics profile</c>: the profile that proxies are told for a name or an address.</summary>
public sealed class ProfileCommand : CliCommand
{
    private readonly Argument<string> _address = new("ADDRESS") { Description = "host:port or ip:port" };

    /// <summary>Creates the command.</summary>
    public ProfileCommand(ITerminal terminal)
        : base("profile", "Introspect Linkerd's service discovery profile for an address", terminal)
    {
        Arguments.Add(_address);
        Options.Add(ControllerChannel.PodOption);
        Options.Add(DestinationClient.TokenOption);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var kubernetes = GlobalOptions.Connect(arguments);
        using var destination = await DestinationClient.ConnectAsync(arguments, kubernetes, cancellationToken);
        await Terminal.Out.WriteLineAsync(Json(await destination.FirstProfileAsync(arguments.GetValue(_address)!, cancellationToken)));
        return ExitCodes.Success;
    }

    private static string Json(DestinationProfile profile)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            if (profile.FullyQualifiedName.Length != 0)
                json.WriteString("fully_qualified_name", profile.FullyQualifiedName);
            if (profile.OpaqueProtocol)
                json.WriteBoolean("opaque_protocol", true);
            if (profile.RetryBudget is { } budget)
            {
                json.WriteStartObject("retry_budget");
                json.WriteNumber("retry_ratio", budget.RetryRatio);
                json.WriteNumber("min_retries_per_second", budget.MinRetriesPerSecond);
                json.WriteNumber("ttl_ms", budget.Ttl is { } ttl ? (ttl.Seconds * 1000) + (ttl.Nanos / 1_000_000) : 0);
                json.WriteEndObject();
            }

            if (profile.Routes.Count != 0)
                WriteRoutes(json, profile);
            if (profile.DstOverrides.Count != 0)
                WriteOverrides(json, profile);
            WriteReference(json, "parent_ref", profile.ParentRef);
            WriteReference(json, "profile_ref", profile.ProfileRef);
            if (profile.Endpoint is { } endpoint)
                WriteEndpoint(json, endpoint);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void WriteRoutes(Utf8JsonWriter json, DestinationProfile profile)
    {
        json.WriteStartArray("routes");
        foreach (var route in profile.Routes)
        {
            json.WriteStartObject();
            WriteLabels(json, "metrics_labels", route.MetricsLabels);
            json.WriteBoolean("is_retryable", route.IsRetryable);
            if (route.Timeout is { } timeout)
                json.WriteNumber("timeout_ms", (timeout.Seconds * 1000) + (timeout.Nanos / 1_000_000));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteOverrides(Utf8JsonWriter json, DestinationProfile profile)
    {
        json.WriteStartArray("dst_overrides");
        foreach (var dst in profile.DstOverrides)
        {
            json.WriteStartObject();
            json.WriteString("authority", dst.Authority);
            json.WriteNumber("weight", dst.Weight);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteEndpoint(Utf8JsonWriter json, WeightedAddr endpoint)
    {
        json.WriteStartObject("endpoint");
        json.WriteString("addr", $"{Addresses.Ip(endpoint.Addr?.Ip)}:{endpoint.Addr?.Port}");
        json.WriteNumber("weight", endpoint.Weight);
        WriteLabels(json, "metric_labels", endpoint.MetricLabels);
        if (endpoint.TlsIdentity is { } identity)
            json.WriteString("tls_identity", identity.DnsLikeIdentity?.Name ?? identity.UriLikeIdentity?.Uri ?? "");
        if (endpoint.ProtocolHint is { } hint)
        {
            json.WriteString("protocol_hint", hint.ProtocolCase.ToString().ToLowerInvariant());
            if (hint.OpaqueTransport is { } transport)
                json.WriteNumber("opaque_transport_inbound_port", transport.InboundPort);
        }

        WriteReference(json, "resource_ref", endpoint.ResourceRef);
        json.WriteEndObject();
    }

    private static void WriteLabels(Utf8JsonWriter json, string name, IDictionary<string, string> labels)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in labels.OrderBy(l => l.Key, StringComparer.Ordinal))
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void WriteReference(Utf8JsonWriter json, string name, Metadata? metadata)
    {
        if (metadata?.Resource is not { } resource)
            return;
        json.WriteStartObject(name);
        json.WriteString("group", resource.Group);
        json.WriteString("kind", resource.Kind);
        json.WriteString("namespace", resource.Namespace);
        json.WriteString("name", resource.Name);
        if (resource.Port != 0)
            json.WriteNumber("port", resource.Port);
        json.WriteEndObject();
    }
}
