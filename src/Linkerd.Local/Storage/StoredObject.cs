using System.Text.Json.Nodes;

namespace Linkerd.Local.Storage;

/// <summary>One version of one object. Never changed once stored: whoever wants to change it clones <see cref="Node"/>.</summary>
internal sealed record StoredObject(string Key, long Version, JsonObject Node, byte[] Utf8);
