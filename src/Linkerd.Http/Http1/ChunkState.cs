namespace Linkerd.Http;

/// <summary>Where in a chunked body the reader is.</summary>
internal enum ChunkState : byte
{
    Size,
    Data,
    DataEnd,
    Trailers,
}
