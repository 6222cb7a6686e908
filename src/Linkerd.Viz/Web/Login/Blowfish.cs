namespace Linkerd.Viz.Web.Login;

/// <summary>The cipher under bcrypt (Schneier, 1993): 16 rounds, 18 subkeys, four substitution boxes.</summary>
internal sealed class Blowfish
{
    private readonly uint[] _subkeys = new uint[18];
    private readonly uint[] _boxes = new uint[4 * 256];

    /// <summary>Starts from the first 1042 words of pi.</summary>
    public Blowfish(ReadOnlySpan<uint> pi)
    {
        pi[..18].CopyTo(_subkeys);
        pi[18..].CopyTo(_boxes);
    }

    /// <summary>The key schedule of bcrypt: mixes in the key, then replaces all tables, with a salt mixed in where one is given.</summary>
    public void Expand(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
    {
        var at = 0;
        for (var i = 0; i < _subkeys.Length; i++)
            _subkeys[i] ^= NextWord(key, ref at);

        uint left = 0, right = 0;
        at = 0;
        foreach (var table in (uint[][])[_subkeys, _boxes])
        {
            for (var i = 0; i < table.Length; i += 2)
            {
                if (!salt.IsEmpty)
                {
                    left ^= NextWord(salt, ref at);
                    right ^= NextWord(salt, ref at);
                }

                (left, right) = Encrypt(left, right);
                (table[i], table[i + 1]) = (left, right);
            }
        }
    }

    /// <summary>Encrypts one block of two words.</summary>
    public (uint Left, uint Right) Encrypt(uint left, uint right)
    {
        var subkeys = _subkeys;
        for (var i = 0; i < 16; i += 2)
        {
            left ^= subkeys[i];
            right ^= Round(left);
            right ^= subkeys[i + 1];
            left ^= Round(right);
        }

        return (right ^ subkeys[17], left ^ subkeys[16]);
    }

    private uint Round(uint x)
    {
        var boxes = _boxes;
        return ((boxes[x >> 24] + boxes[256 + ((x >> 16) & 255)]) ^ boxes[512 + ((x >> 8) & 255)]) + boxes[768 + (x & 255)];
    }

    private static uint NextWord(ReadOnlySpan<byte> bytes, ref int at)
    {
        uint word = 0;
        for (var i = 0; i < 4; i++)
        {
            word = (word << 8) | bytes[at];
            at = at + 1 == bytes.Length ? 0 : at + 1;
        }

        return word;
    }
}
