using System.Text;

namespace Linkerd.Proxy.Identity;

/// <summary>Writes certificates as text.</summary>
internal static class Pem
{
    public static string Certificates(IEnumerable<ReadOnlyMemory<byte>> certificates)
    {
        var text = new StringBuilder();
        foreach (ReadOnlyMemory<byte> der in certificates)
            text.Append("-----BEGIN CERTIFICATE-----\n").Append(Convert.ToBase64String(der.Span)).Append("\n-----END CERTIFICATE-----\n");
        return text.ToString();
    }
}
