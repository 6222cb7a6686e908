using System.Text;
using Linkerd.Grpc.Protocol;
using Linkerd.Http;
using Linkerd.Proxy.Errors;

namespace Linkerd.Proxy.Http;

/// <summary>Writes the answers that the proxy makes itself.</summary>
internal static class ErrorResponse
{
    private const int MaxMessage = 512;

    public static void Write(HeaderBlock head, ErrorAnswer answer, string message, bool grpc, bool informational)
    {
        if (message.Length > MaxMessage) message = message[..MaxMessage];
        head.Status = grpc ? 200 : answer.Status;
        if (grpc)
        {
            head.Add(KnownHeader.ContentType, "application/grpc"u8);
            head.Add(KnownHeader.GrpcStatus, Encoding.ASCII.GetBytes(answer.GrpcCode.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            head.Add(KnownHeader.GrpcMessage, Encoding.ASCII.GetBytes(PercentCodec.Encode(message)));
        }

        if (answer.Location is { } location) head.Add(KnownHeader.Location, Encoding.Latin1.GetBytes(location));
        head.SetContentLength(0);
        if (!informational) return;
        head.Add(KnownHeader.L5dProxyError, Encoding.ASCII.GetBytes(Printable(message)));
    }

    private static string Printable(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (int i = 0; i < span.Length; i++) span[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
    });
}
