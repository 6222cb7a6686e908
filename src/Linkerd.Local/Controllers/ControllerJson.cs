using System.Text.Json;
using System.Text.Json.Serialization;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Controllers;

/// <summary>Source-generated JSON of what controllers read whole.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNameCaseInsensitive = false)]
[JsonSerializable(typeof(Workload))]
[JsonSerializable(typeof(ResourceList<Workload>))]
internal sealed partial class ControllerJson : JsonSerializerContext;
