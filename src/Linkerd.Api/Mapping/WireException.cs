namespace Linkerd.Api.Mapping;

/// <summary>A message that is well-formed protobuf but makes no sense: the text names the field and its value.</summary>
public sealed class WireException(string message) : Exception(message);
