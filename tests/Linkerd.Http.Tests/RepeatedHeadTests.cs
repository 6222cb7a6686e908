using System.Text;

namespace Linkerd.Http.Tests;

/// <summary>Heads that repeat take a shorter way through both ends; what arrives must not depend on it.</summary>
public sealed class RepeatedHeadTests
{
    [Fact]
    public void A_head_arrives_as_it_was_sent_however_often_it_and_others_came_before()
    {
        var random = new Random(9113);
        for (int round = 0; round < 40; round++)
        {
            var encoder = new HpackEncoder(4096);
            var decoder = new HpackDecoder(4096);
            HeaderBlock[] heads = [.. Enumerable.Range(0, 12).Select(i => NewHead(random, i))];
            for (int i = 0; i < 300; i++)
            {
                // Now and then a head that pushes others out of the table, or another size of the table.
                if (random.Next(20) == 0) heads[random.Next(heads.Length)] = NewHead(random, random.Next(1000));
                if (random.Next(60) == 0) encoder.SetPeerTableSize((uint)random.Next(4097));
                HeaderBlock sent = heads[random.Next(heads.Length)];
                var target = new byte[HpackEncoder.MaxLength(sent)];
                int length = encoder.Encode(sent, target);
                var arrived = new HeaderBlock();
                var reader = new BlockReader(decoder, Http2Limits.Default);
                HttpFault fault = reader.Read(target.AsSpan(0, length), arrived, sent.Status == 0 ? BlockKind.Request : BlockKind.Response);
                Assert.Equal(default, fault);
                Assert.False(reader.IsUndecodable);
                Assert.Equal(Text(sent), Text(arrived));
                Assert.Equal(encoder.Table.Size, decoder.Table.Size);

                // Who gets a head may edit it; the next of its kind must not show that.
                if (arrived.Count > 0) arrived.RemoveAt(0);
                arrived.SetPath("/edited"u8);
                arrived.Add("x-edited"u8, "yes"u8);
            }
        }
    }

    [Fact]
    public void A_block_is_judged_again_when_it_comes_as_something_else()
    {
        var decoder = new HpackDecoder(4096);
        byte[] block = [0x82, 0x86, 0x84]; // :method GET, :scheme http, :path /
        for (int i = 0; i < 3; i++)
        {
            var head = new HeaderBlock();
            Assert.Equal(default, new BlockReader(decoder, Http2Limits.Default).Read(block, head, BlockKind.Request));
            Assert.Equal(HttpFaultOrigin.Protocol, new BlockReader(decoder, Http2Limits.Default).Read(block, new HeaderBlock(), BlockKind.Response).Origin);
            Assert.Equal(HttpFaultOrigin.Protocol, new BlockReader(decoder, Http2Limits.Default).Read(block, new HeaderBlock(), BlockKind.Trailers).Origin);
        }
    }

    [Fact]
    public void An_index_means_the_new_field_once_the_table_has_changed()
    {
        var decoder = new HpackDecoder(4096);
        byte[] indexed = [0x88, 0xbe]; // :status 200, the newest entry
        foreach (string value in new[] { "first", "second" })
        {
            byte[] literal = [0x88, 0x40, 0x03, .. "x-a"u8, (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];
            _ = Read(decoder, literal);
            Assert.Equal($"200|x-a: {value}|", Read(decoder, indexed));
            Assert.Equal($"200|x-a: {value}|", Read(decoder, indexed));
        }
    }

    [Fact]
    public void A_head_of_http1_means_the_same_each_time_it_comes()
    {
        var random = new Random(9112);
        var memo = new Http1HeadMemo();
        string[] paths = [.. Enumerable.Range(0, 30).Select(i => $"/p/{i}")];
        string[] fields = ["Accept: */*", "Connection: close", "Connection: keep-alive, x-a", "X-A: 1", "Content-Length: 3", "Transfer-Encoding: chunked", "Cookie: a=b", "User-Agent: test/1.0", "Bad name: x", "TE: trailers", "Upgrade: websocket"];
        for (int i = 0; i < 30_000; i++)
        {
            bool isRequest = random.Next(2) == 0;
            var text = new StringBuilder(isRequest ? $"GET {paths[random.Next(paths.Length)]} HTTP/1.1\r\nHost: a.example\r\n" : $"HTTP/1.1 {200 + random.Next(5)} OK\r\n");
            for (int n = random.Next(3); n > 0; n--) text.Append(fields[random.Next(fields.Length)]).Append("\r\n");
            byte[] bytes = Encoding.ASCII.GetBytes(text.Append("\r\n").ToString());

            var expected = new HeaderBlock();
            var wanted = default(Http1Framing);
            HttpFault fault = isRequest ? Http1HeadParser.ParseRequest(bytes, expected, Http1Limits.Default) : Http1HeadParser.ParseResponse(bytes, expected, Http1Limits.Default);
            if (fault.IsNone) fault = wanted.Take(expected);
            var head = new HeaderBlock();
            Http1Framing framing;
            Assert.Equal(fault, isRequest ? memo.ReadRequest(bytes, head, Http1Limits.Default, out framing) : memo.ReadResponse(bytes, head, Http1Limits.Default, out framing));
            if (!fault.IsNone) continue;
            Assert.Equal(Text(expected), Text(head));
            Assert.Equal(wanted, framing);
            Assert.Equal((expected.ContentLength, expected.IsUpgrade, expected.Protocol), (head.ContentLength, head.IsUpgrade, head.Protocol));

            // Its owner edits it, as the proxy does.
            head.SetPath("/edited"u8);
            head.Add("x-edited"u8, "yes"u8);
        }
    }

    [Fact]
    public void A_head_that_was_good_under_one_limit_is_judged_by_another()
    {
        var memo = new Http1HeadMemo();
        byte[] text = [.. "GET /some/path HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\nF: 6\r\nG: 7\r\nH: 8\r\nI: 9\r\nJ: 10\r\nK: 11\r\nL: 12\r\nM: 13\r\nN: 14\r\nO: 15\r\nP: 16\r\n\r\n"u8];
        for (int i = 0; i < 3; i++) Assert.Equal(default, memo.ReadRequest(text, new HeaderBlock(), Http1Limits.Default, out _));
        Assert.Equal(HttpLimit.HeaderCount, memo.ReadRequest(text, new HeaderBlock(), new Http1Limits { MaxHeaders = 16 }, out _).Limit);
    }

    [Fact]
    public void Streams_are_found_whatever_others_came_and_went()
    {
        var random = new Random(7);
        var table = new StreamTable();
        var model = new Dictionary<int, Http2Stream>();
        int next = 1;
        for (int i = 0; i < 50_000; i++)
        {
            if (random.Next(5) < (model.Count > 60 ? 1 : 3))
            {
                var stream = new Http2Stream { Id = next };
                table.Add(stream);
                model.Add(next, stream);
                // Mostly the next of one side, sometimes far ahead, as when a peer skips ids.
                next += random.Next(50) == 0 ? 2 * random.Next(40) + 2 : 2;
            }
            else if (model.Count > 0)
            {
                Http2Stream gone = model.Values.ElementAt(random.Next(model.Count));
                table.Remove(gone);
                model.Remove(gone.Id);
                Assert.Null(table.Find(gone.Id));
            }

            Assert.Equal(model.Count, table.Count);
            if (i % 50 != 0) continue;
            foreach ((int id, Http2Stream stream) in model) Assert.Same(stream, table.Find(id));
        }
    }

    [Fact]
    public void A_field_name_may_have_the_bytes_of_a_token_and_no_others()
    {
        const string Marks = "!#$%&'*+-.^_`|~";
        for (int b = 0; b < 256; b++)
        {
            if (b is ':' or '\n' or '\r') continue;
            HttpFault fault = Parse([.. "x"u8, (byte)b, .. "Y: v"u8], out HeaderBlock head);
            bool lawful = char.IsAsciiLetterOrDigit((char)b) || Marks.Contains((char)b, StringComparison.Ordinal);
            Assert.Equal(lawful, fault.IsNone);
            if (lawful) Assert.Equal($"x{char.ToLowerInvariant((char)b)}y", RecordingHandler.Ascii(head[0].Name));
        }
    }

    [Fact]
    public void A_field_value_may_have_no_control_character_wherever_it_stands()
    {
        for (int length = 1; length <= 40; length++)
        {
            for (int at = 0; at < length; at++)
            {
                foreach (byte b in new byte[] { 0, 1, 8, 9, 11, 31, 32, 33, 126, 127, 128, 255 })
                {
                    byte[] value = [.. Enumerable.Repeat((byte)'a', length)];
                    value[at] = b;
                    HttpFault fault = Parse([.. "x: "u8, .. value], out HeaderBlock head);
                    Assert.Equal(b is not (0 or 1 or 8 or 11 or 31 or 127), fault.IsNone);
                    if (fault.IsNone) Assert.Equal(Encoding.Latin1.GetString(value).Trim(' ', '\t'), Encoding.Latin1.GetString(head[0].Value));
                }
            }
        }
    }

    private static HttpFault Parse(byte[] line, out HeaderBlock head)
    {
        head = new HeaderBlock();
        return Http1HeadParser.ParseFields([.. line, .. "\r\n\r\n"u8], head, 10, isTrailers: false);
    }

    private static HeaderBlock NewHead(Random random, int number)
    {
        var head = new HeaderBlock();
        if (number % 3 == 0)
        {
            head.Status = new[] { 200, 201, 404, 503 }[random.Next(4)];
        }
        else
        {
            head.SetMethod(random.Next(3) == 0 ? RequestMethod.Post : RequestMethod.Get);
            head.SetScheme("http"u8);
            head.SetPath(Encoding.ASCII.GetBytes($"/path/{number}"));
            head.SetAuthority("web.example:80"u8);
        }

        head.Protocol = HttpProtocol.Http2;
        for (int i = random.Next(6); i > 0; i--)
            head.Add(Encoding.ASCII.GetBytes(new[] { "x-a", "x-b", "content-type", "server", "date" }[random.Next(5)]), Encoding.ASCII.GetBytes(new string((char)('a' + random.Next(4)), random.Next(80))));
        if (random.Next(6) == 0) head.Add(KnownHeader.Authorization, "secret"u8);
        return head;
    }

    private static string Read(HpackDecoder decoder, byte[] block)
    {
        var head = new HeaderBlock();
        Assert.Equal(default, new BlockReader(decoder, Http2Limits.Default).Read(block, head, BlockKind.Response));
        return Text(head);
    }

    private static string Text(HeaderBlock head)
    {
        var text = new StringBuilder(head.Status == 0
            ? $"{RecordingHandler.Ascii(head.Method)} {RecordingHandler.Ascii(head.Scheme)} {RecordingHandler.Ascii(head.Authority)} {RecordingHandler.Ascii(head.Path)}|"
            : $"{head.Status}|");
        for (int i = 0; i < head.Count; i++) text.Append(head[i].ToString()).Append('|');
        return text.ToString();
    }
}
