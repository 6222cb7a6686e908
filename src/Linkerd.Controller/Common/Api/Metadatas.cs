using Linkerd.Api.Meta;

namespace Linkerd.Controller.Common.Api;

/// <summary>References to what a piece of configuration came from.</summary>
internal static class Metadatas
{
    /// <summary>Something built in.</summary>
    public static Metadata Default(string name) => new() { Default = name };

    /// <summary>A Service, or one of its ports.</summary>
    public static Metadata Service(string ns, string name, int port) => Resource("core", "Service", ns, name, port);

    /// <summary>A resource.</summary>
    public static Metadata Resource(string group, string kind, string ns, string name, int port = 0) =>
        new() { Resource = new Resource { Group = group, Kind = kind, Namespace = ns, Name = name, Port = (uint)port } };
}
