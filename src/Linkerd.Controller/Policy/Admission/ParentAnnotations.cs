using System.Globalization;
using System.Text.Json.Nodes;
using Linkerd.Controller.Common.Reading;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Reading;
using UnitDuration = Linkerd.Model.UnitDuration;

namespace Linkerd.Controller.Policy.Admission;

/// <summary>Refuses annotations about time-outs and retries that the index would leave out.</summary>
internal static class ParentAnnotations
{
    private static readonly string[] s_durations = ["timeout.linkerd.io/request", "timeout.linkerd.io/response", "timeout.linkerd.io/idle", "retry.linkerd.io/timeout"];

    /// <exception cref="InvalidResourceException">One of them cannot be used.</exception>
    public static void Check(JsonObject resource)
    {
        var annotations = new Field(resource, "")["metadata"]["annotations"];
        foreach (var key in s_durations)
        {
            if (annotations[key] is { IsPresent: true } duration && !UnitDuration.TryParse(duration.Text(), out _))
                throw duration.Fault("is no duration: write a whole number and ms, s, m, h or d, such as 250ms");
        }

        Check(annotations["retry.linkerd.io/http"], static text => RouteTuning.Statuses(text).Length > 0, "is no list of statuses: write 5xx, gateway-error, a status from 100 to 599 or a range such as 500-504, separated by commas");
        Check(annotations["retry.linkerd.io/grpc"], static text => RouteTuning.Codes(text).Length > 0, "is no list of codes: write cancelled, deadline-exceeded, internal, resource-exhausted or unavailable, separated by commas");
        Check(annotations["retry.linkerd.io/limit"], static text => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0, "must be a whole number from 1 to 65535");
    }

    private static void Check(Field annotation, Func<string, bool> isValid, string otherwise)
    {
        if (annotation.IsPresent && !isValid(annotation.Text()))
            throw annotation.Fault(otherwise);
    }
}
