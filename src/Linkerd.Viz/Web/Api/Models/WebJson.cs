using System.Text.Json;
using System.Text.Json.Serialization;

namespace Linkerd.Viz.Web.Api.Models;

/// <summary>Source-generated JSON of the dashboard's API: camelCase, nulls written, HTML's characters escaped.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(SessionAnswer))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(OverviewAnswer))]
[JsonSerializable(typeof(TopologyAnswer))]
[JsonSerializable(typeof(WorkloadAnswer))]
[JsonSerializable(typeof(OutboundAnswer))]
[JsonSerializable(typeof(SeriesAnswer))]
[JsonSerializable(typeof(AuthorizationAnswer))]
[JsonSerializable(typeof(ControlPlaneAnswer))]
[JsonSerializable(typeof(CheckAnswer))]
[JsonSerializable(typeof(VersionAnswer))]
[JsonSerializable(typeof(SeriesSetAnswer))]
[JsonSerializable(typeof(IReadOnlyList<NamedRow>))]
[JsonSerializable(typeof(IReadOnlyList<ExtensionRow>))]
[JsonSerializable(typeof(IReadOnlyList<PodInfoRow>))]
[JsonSerializable(typeof(TapQuery))]
internal sealed partial class WebJson : JsonSerializerContext;
