namespace Linkerd.Http;

/// <summary>What a header block must be.</summary>
internal enum BlockKind : byte
{
    Request,
    Response,
    Trailers,
}
