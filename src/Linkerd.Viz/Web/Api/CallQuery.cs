using System.Text.RegularExpressions;
using Linkerd.Stats.Query;
using Linkerd.Stats.Reports;
using Linkerd.Viz.Web.Data;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Viz.Web.Api;

/// <summary>The parameters of a call; what does not have the form that it must have is refused with its name.</summary>
internal static partial class CallQuery
{
    /// <summary>The longest window.</summary>
    public static readonly TimeSpan MaxWindow = TimeSpan.FromHours(6);

    /// <summary>The shortest.</summary>
    public static readonly TimeSpan MinWindow = TimeSpan.FromSeconds(15);

    private const int MaxName = 253;

    /// <summary>A name of Kubernetes, empty when it is not given.</summary>
    public static string Name(this WebCall call, string parameter)
    {
        var text = call.Http.Request.Query[parameter].ToString();
        if (text.Length != 0 && (text.Length > MaxName || !NamePattern().IsMatch(text)))
            throw new FormatException($"{parameter}: this is not a name of Kubernetes (lower-case letters, digits, '-' and '.')");
        return text;
    }

    /// <summary>A name that must be given.</summary>
    public static string RequiredName(this WebCall call, string parameter) =>
        call.Name(parameter) is { Length: > 0 } name ? name : throw new FormatException($"{parameter} is missing");

    /// <summary>The workload that <c>namespace</c>, <c>kind</c> and <c>name</c> say.</summary>
    public static WorkloadKey Workload(this WebCall call)
    {
        var text = call.RequiredName("kind");
        var kind = ResourceKind.Find(text)?.Name;
        if (kind is null || WorkloadKey.LabelOf(kind) is null)
            throw new FormatException($"kind: {text} is not a kind of workload, such as deployment");
        return new WorkloadKey(call.RequiredName("namespace"), kind, call.RequiredName("name"));
    }

    /// <summary>One resource, or all of a kind, that two parameters name; null when neither is given.</summary>
    /// <exception cref="ArgumentException">The kind is unknown.</exception>
    public static ResourceRef? Target(this WebCall call, string kind, string name, string ns)
    {
        var (type, one) = (call.Name(kind), call.Name(name));
        return type.Length == 0 ? null : ResourceRef.Parse(one.Length == 0 ? [type] : [type, one], ns)[0];
    }

    /// <summary>A duration between 15 s and 6 h.</summary>
    public static TimeSpan Window(this WebCall call, string parameter = "window")
    {
        var text = call.Http.Request.Query[parameter].ToString();
        if (text.Length == 0)
            return HistoryRecorder.Window;
        return text.Length <= 16 && PromDuration.Parse(text) is { } window && window >= MinWindow && window <= MaxWindow
            ? window
            : throw new FormatException($"{parameter}: use a duration of 15s to 6h, such as 1m");
    }

    /// <summary>Whether a switch is on.</summary>
    public static bool Switch(this WebCall call, string parameter) => call.Http.Request.Query[parameter] == "true";

    [GeneratedRegex(@"^[a-z0-9A-Z]([a-z0-9A-Z._:-]*[a-z0-9A-Z])?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NamePattern();
}
