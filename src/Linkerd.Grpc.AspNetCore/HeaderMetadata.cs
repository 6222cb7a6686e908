using Linkerd.Grpc.Protocol;

namespace Linkerd.Grpc.AspNetCore;

/// <summary>Metadata out of HTTP headers.</summary>
internal static class HeaderMetadata
{
    public static Metadata Read(IEnumerable<(string Name, string Value)> headers)
    {
        var metadata = new Metadata();
        foreach (var (name, value) in headers)
        {
            if (GrpcProtocol.IsReserved(name))
                continue;
            // Several binary values may be joined by commas, which base64 lacks.
            var values = name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase) ? value.Split(',') : [value];
            foreach (var single in values)
            {
                if (MetadataEntry.FromHeader(name, single) is { } entry)
                    metadata.Add(entry);
            }
        }

        return metadata;
    }
}
