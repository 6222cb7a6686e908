using System.Text.Json.Serialization;

namespace Linkerd.Inject.Values;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(InjectValues))]
internal sealed partial class ValuesJsonContext : JsonSerializerContext;
