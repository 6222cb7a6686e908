using Google.Protobuf.WellKnownTypes;

namespace Linkerd.Api.Mapping;

/// <summary>Spans of time onto the wire.</summary>
internal static class DurationMessages
{
    public static Duration? ToWire(TimeSpan? span) => span is { } value ? Duration.FromTimeSpan(value) : null;
}
