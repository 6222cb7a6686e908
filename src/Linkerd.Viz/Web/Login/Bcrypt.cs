using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Linkerd.Viz.Web.Login;

/// <summary>
/// bcrypt (Provos and Mazières, 1999) as <c>htpasswd -B</c> writes it: <c>$2y$COST$</c>, 22 characters of salt, 31 of hash. The
/// prefixes 2a and 2b are read as well: for passwords of up to 72 bytes all three mean the same.
/// </summary>
internal static class Bcrypt
{
    /// <summary>Length of a hash as text.</summary>
    public const int TextLength = 60;

    private const string Alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int MaxPassword = 72;
    private static readonly Lazy<uint[]> s_pi = new(static () => PiDigits.Words(18 + 1024));

    /// <summary>Costs that are taken: below, a hash protects nobody; above, a login takes seconds.</summary>
    public static (int Min, int Max) Costs => (4, 15);

    /// <summary>Whether <paramref name="hash"/> has the form and a cost within <see cref="Costs"/>.</summary>
    public static bool IsHash(string hash) => TryRead(hash, out _, out _, out _);

    /// <summary>Whether <paramref name="password"/> is the one that was hashed; false too for a hash that cannot be read.</summary>
    public static bool Verify(string password, string hash)
    {
        if (!TryRead(hash, out var cost, out var salt, out var expected))
            return false;
        return CryptographicOperations.FixedTimeEquals(Compute(password, salt, cost), expected);
    }

    /// <summary>Hashes with a salt of 16 bytes.</summary>
    public static string Hash(string password, ReadOnlySpan<byte> salt, int cost) =>
        $"$2y${cost:00}${Encode(salt, 22)}{Encode(Compute(password, salt, cost), 31)}";

    private static byte[] Compute(string password, ReadOnlySpan<byte> salt, int cost)
    {
        // The key is the password with its zero byte, cut to 72 bytes.
        var key = Encoding.UTF8.GetBytes(password + "\0");
        if (key.Length > MaxPassword)
            key = key[..MaxPassword];
        var cipher = new Blowfish(s_pi.Value);
        cipher.Expand(key, salt);
        for (var i = 1UL << cost; i > 0; i--)
        {
            cipher.Expand(key, []);
            cipher.Expand(salt, []);
        }

        Span<byte> text = stackalloc byte[24];
        "OrpheanBeholderScryDoubt"u8.CopyTo(text);
        for (var block = 0; block < 24; block += 8)
        {
            var left = BinaryPrimitives.ReadUInt32BigEndian(text[block..]);
            var right = BinaryPrimitives.ReadUInt32BigEndian(text[(block + 4)..]);
            for (var round = 0; round < 64; round++)
                (left, right) = cipher.Encrypt(left, right);
            BinaryPrimitives.WriteUInt32BigEndian(text[block..], left);
            BinaryPrimitives.WriteUInt32BigEndian(text[(block + 4)..], right);
        }

        CryptographicOperations.ZeroMemory(key);
        return text[..23].ToArray();
    }

    private static bool TryRead(string hash, out int cost, out byte[] salt, out byte[] digest)
    {
        (cost, salt, digest) = (0, [], []);
        if (hash.Length != TextLength || hash[..4] is not ("$2y$" or "$2a$" or "$2b$") || hash[6] != '$' || !char.IsAsciiDigit(hash[4]) || !char.IsAsciiDigit(hash[5]))
            return false;
        cost = ((hash[4] - '0') * 10) + hash[5] - '0';
        if (cost < Costs.Min || cost > Costs.Max || Decode(hash.AsSpan(7, 22), 16) is not { } s || Decode(hash.AsSpan(29), 23) is not { } d)
            return false;
        (salt, digest) = (s, d);
        return true;
    }

    private static string Encode(ReadOnlySpan<byte> bytes, int length)
    {
        var text = new StringBuilder(length);
        for (var bit = 0; text.Length < length; bit += 6)
        {
            var pair = (bytes[bit / 8] << 8) | (bit / 8 + 1 < bytes.Length ? bytes[(bit / 8) + 1] : 0);
            text.Append(Alphabet[(pair >> (10 - (bit % 8))) & 63]);
        }

        return text.ToString();
    }

    private static byte[]? Decode(ReadOnlySpan<char> text, int length)
    {
        var bytes = new byte[length];
        var (bits, held, at) = (0u, 0, 0);
        foreach (var c in text)
        {
            var value = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (value < 0)
                return null;
            bits = (bits << 6) | (uint)value;
            held += 6;
            if (held < 8)
                continue;
            held -= 8;
            if (at < length)
                bytes[at++] = (byte)(bits >> held);
        }

        return at == length ? bytes : null;
    }
}
