namespace Linkerd.Http.Tests;

/// <summary>The vectors of RFC 7541 Appendix C, and agreement of encoder and decoder.</summary>
public sealed class HpackTests
{
    [Theory]
    [InlineData("www.example.com", "f1e3c2e5f23a6ba0ab90f4ff")]
    [InlineData("no-cache", "a8eb10649cbf")]
    [InlineData("custom-key", "25a849e95ba97d7f")]
    [InlineData("custom-value", "25a849e95bb8e8b4bf")]
    [InlineData("302", "6402")]
    [InlineData("private", "aec3771a4b")]
    [InlineData("Mon, 21 Oct 2013 20:13:21 GMT", "d07abe941054d444a8200595040b8166e082a62d1bff")]
    [InlineData("https://www.example.com", "9d29ad171863c78f0b97c8e9ae82ae43d3")]
    [InlineData("foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1", "94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007")]
    public void Huffman_follows_the_vectors(string text, string hex)
    {
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(text);
        var coded = new byte[Huffman.EncodedLength(bytes)];
        Huffman.Encode(bytes, coded);
        Assert.Equal(hex, Convert.ToHexStringLower(coded));
        var decoded = new byte[bytes.Length + 8];
        Assert.True(Huffman.TryDecode(coded, decoded, out int written));
        Assert.Equal(bytes, decoded[..written]);
    }

    [Fact]
    public void Huffman_restores_every_byte_string()
    {
        var random = new Random(7541);
        for (int i = 0; i < 20_000; i++)
        {
            var text = new byte[random.Next(40)];
            random.NextBytes(text);
            var coded = new byte[Huffman.EncodedLength(text)];
            Huffman.Encode(text, coded);
            var decoded = new byte[(coded.Length * 2) + 1];
            Assert.True(Huffman.TryDecode(coded, decoded, out int written));
            Assert.Equal(text, decoded[..written]);
        }
    }

    [Theory]
    [InlineData("00")]
    [InlineData("ff")]
    [InlineData("ffffffff")]
    [InlineData("3fffffff")]
    [InlineData("1fff")]
    public void Huffman_refuses_wrong_padding_and_end_of_string(string hex)
    {
        // 00 is "0" and three zero bits; 1f is "a" with correct padding, ff behind it is too much.
        Assert.False(Huffman.TryDecode(Convert.FromHexString(hex), new byte[64], out _));
    }

    [Fact]
    public void Requests_without_and_with_huffman_decode_as_in_the_appendix()
    {
        foreach (string[] blocks in new[]
        {
            new[] { "828684410f7777772e6578616d706c652e636f6d", "828684be58086e6f2d6361636865", "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565" },
            ["828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf", "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"],
        })
        {
            var decoder = new HpackDecoder(4096);
            Assert.Equal(":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\n", Decode(decoder, blocks[0]));
            Assert.Equal(57, decoder.Table.Size);
            Assert.Equal(":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\ncache-control: no-cache\n", Decode(decoder, blocks[1]));
            Assert.Equal(110, decoder.Table.Size);
            Assert.Equal(":method: GET\n:scheme: https\n:path: /index.html\n:authority: www.example.com\ncustom-key: custom-value\n", Decode(decoder, blocks[2]));
            Assert.Equal(164, decoder.Table.Size);
        }
    }

    [Fact]
    public void Responses_evict_as_in_the_appendix()
    {
        foreach (string[] blocks in new[]
        {
            new[]
            {
                "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d",
                "4803333037c1c0bf",
                "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31",
            },
            ["488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3", "4883640effc1c0bf", "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007"],
        })
        {
            var decoder = new HpackDecoder(256);
            decoder.Table.Resize(256);
            Assert.StartsWith(":status: 302\ncache-control: private\n", Decode(decoder, blocks[0]));
            Assert.Equal(222, decoder.Table.Size);
            Assert.StartsWith(":status: 307\ncache-control: private\n", Decode(decoder, blocks[1]));
            Assert.Equal(222, decoder.Table.Size);
            Assert.EndsWith("content-encoding: gzip\nset-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1\n", Decode(decoder, blocks[2]));
            Assert.Equal(215, decoder.Table.Size);
            Assert.Equal(3, decoder.Table.Count);
        }
    }

    [Theory]
    [InlineData("80")]
    [InlineData("be")]
    [InlineData("ffffffffff7f")]
    [InlineData("3fe27f")]
    [InlineData("8220")]
    [InlineData("4005")]
    [InlineData("00056162")]
    [InlineData("7e0161")]
    public void A_block_that_breaks_the_format_is_refused(string hex)
    {
        var decoder = new HpackDecoder(4096);
        Assert.Throws<FormatException>(() => Decode(decoder, hex));
    }

    [Fact]
    public void What_is_encoded_decodes_to_the_same_for_any_heads_and_table_sizes()
    {
        var random = new Random(42);
        string[] names = [.. Enumerable.Range(0, 12).Select(i => $"x-name-{i}"), "content-type", "l5d-client-id", "grpc-status", "user-agent", "cookie"];
        string[] values = [.. Enumerable.Range(0, 20).Select(i => new string((char)('a' + i), random.Next(60))), new string('z', 3000), "gzip, deflate"];
        for (int round = 0; round < 60; round++)
        {
            var decoder = new HpackDecoder(4096);
            var encoder = new HpackEncoder(4096);
            for (int i = 0; i < 60; i++)
            {
                if (random.Next(8) == 0) encoder.SetPeerTableSize((uint)random.Next(5000));
                var head = new HeaderBlock();
                head.SetMethod(random.Next(2) == 0 ? "GET"u8 : "PURGE"u8);
                head.SetScheme("http"u8);
                head.SetPath(System.Text.Encoding.ASCII.GetBytes("/" + values[random.Next(10)]));
                for (int n = random.Next(12); n > 0; n--)
                    head.Add(System.Text.Encoding.ASCII.GetBytes(names[random.Next(names.Length)]), System.Text.Encoding.ASCII.GetBytes(values[random.Next(values.Length)]));
                var target = new byte[HpackEncoder.MaxLength(head)];
                int length = encoder.Encode(head, target);
                var expected = new System.Text.StringBuilder($":method: {RecordingHandler.Ascii(head.Method)}\n:scheme: http\n:path: {RecordingHandler.Ascii(head.Path)}\n");
                for (int n = 0; n < head.Count; n++) expected.Append(head[n].ToString()).Append('\n');
                Assert.Equal(expected.ToString(), Decode(decoder, Convert.ToHexString(target.AsSpan(0, length))));
                Assert.Equal(encoder.Table.Size, decoder.Table.Size);
            }
        }
    }

    [Fact]
    public void A_repeated_head_costs_about_a_byte_per_field()
    {
        var encoder = new HpackEncoder(4096);
        var head = new HeaderBlock();
        head.SetMethod(RequestMethod.Get);
        head.SetScheme("http"u8);
        head.SetAuthority("web.emojivoto.svc.cluster.local"u8);
        head.SetPath("/api/list"u8);
        for (int i = 0; i < 8; i++) head.Add(System.Text.Encoding.ASCII.GetBytes($"x-field-{i}"), "some value or other"u8);
        var target = new byte[HpackEncoder.MaxLength(head)];
        for (int i = 0; i < 5; i++) _ = encoder.Encode(head, target);
        Assert.Equal(12, encoder.Encode(head, target));
    }

    [Fact]
    public void Credentials_are_never_indexed()
    {
        var encoder = new HpackEncoder(4096);
        var head = new HeaderBlock { Status = 200 };
        head.Add(KnownHeader.Authorization, "Bearer secret"u8);
        var target = new byte[HpackEncoder.MaxLength(head)];
        for (int i = 0; i < 3; i++)
        {
            _ = encoder.Encode(head, target);
            Assert.Equal(0x1f, target[1]);
        }

        Assert.Equal(0, encoder.Table.Count);
    }

    private static string Decode(HpackDecoder decoder, string hex)
    {
        byte[] block = Convert.FromHexString(hex);
        var text = new System.Text.StringBuilder();
        int at = 0;
        bool isFirst = true;
        HpackField field = default;
        bool isFaulty;
        while (decoder.TryRead(block, ref at, isFirst, ref field, out isFaulty))
        {
            isFirst = false;
            text.Append(RecordingHandler.Ascii(field.Name)).Append(": ").Append(RecordingHandler.Ascii(field.Value)).Append('\n');
        }

        if (isFaulty) throw new FormatException();
        return text.ToString();
    }
}
