namespace Linkerd.Http;

internal sealed partial class Http2Stream
{
}
