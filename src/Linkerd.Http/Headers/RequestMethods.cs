namespace Linkerd.Http;

/// <summary>Tokens of <see cref="RequestMethod"/>s.</summary>
internal static class RequestMethods
{
    public static ReadOnlySpan<byte> NameOf(RequestMethod method) => method switch
    {
        RequestMethod.Get => "GET"u8,
        RequestMethod.Head => "HEAD"u8,
        RequestMethod.Post => "POST"u8,
        RequestMethod.Put => "PUT"u8,
        RequestMethod.Delete => "DELETE"u8,
        RequestMethod.Connect => "CONNECT"u8,
        RequestMethod.Options => "OPTIONS"u8,
        RequestMethod.Trace => "TRACE"u8,
        RequestMethod.Patch => "PATCH"u8,
        _ => default,
    };

    public static RequestMethod Find(ReadOnlySpan<byte> token)
    {
        RequestMethod guess = token.IsEmpty ? RequestMethod.None : (token.Length, token[0]) switch
        {
            (3, (byte)'G') => RequestMethod.Get,
            (3, (byte)'P') => RequestMethod.Put,
            (4, (byte)'H') => RequestMethod.Head,
            (4, (byte)'P') => RequestMethod.Post,
            (5, (byte)'P') => RequestMethod.Patch,
            (5, (byte)'T') => RequestMethod.Trace,
            (6, (byte)'D') => RequestMethod.Delete,
            (7, (byte)'C') => RequestMethod.Connect,
            (7, (byte)'O') => RequestMethod.Options,
            _ => RequestMethod.Other,
        };
        return guess is RequestMethod.None or RequestMethod.Other || token.SequenceEqual(NameOf(guess)) ? guess : RequestMethod.Other;
    }
}
