using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>The library that does TLS here, and what is asked of it.</summary>
public static class TlsLibrary
{
    private const nuint FirstWithHybrids = 0x30500000;

    /// <summary>Such as <c>3.0.15</c>.</summary>
    public static string Version
    {
        get
        {
            // 0xMNN00PP0 (OpenSSL_version_num(3)).
            nuint number = Crypto.Version();
            return $"{number >> 28}.{(number >> 20) & 0xff}.{(number >> 4) & 0xff}";
        }
    }

    /// <summary>Cipher suites by preference, separated by commas.</summary>
    public static string CipherSuites => SslContextBuilder.Suites.Replace(':', ',');

    /// <summary>Key exchange groups by preference, separated by commas.</summary>
    public static string KeyExchangeGroups
        => SslContextBuilder.Groups[Crypto.Version() >= FirstWithHybrids ? 0 : 1].Replace("*", string.Empty, StringComparison.Ordinal).Replace(':', ',');

    /// <summary>Only FIPS-approved algorithms are in use.</summary>
    public static bool IsFips => Crypto.IsFipsEnabled(0) == 1;
}
