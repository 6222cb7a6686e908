using Emojivoto.V1;
using Linkerd.Grpc;

namespace Linkerd.Demo;

/// <summary>The methods of the two services.</summary>
internal static class Services
{
    private const string Emojis = "emojivoto.v1.EmojiService";
    private const string Voting = "emojivoto.v1.VotingService";

    public static Method<ListAllEmojiRequest, ListAllEmojiResponse> ListAll { get; } =
        Methods.Unary(Emojis, "ListAll", ListAllEmojiRequest.Parser, ListAllEmojiResponse.Parser);

    public static Method<FindByShortcodeRequest, FindByShortcodeResponse> FindByShortcode { get; } =
        Methods.Unary(Emojis, "FindByShortcode", FindByShortcodeRequest.Parser, FindByShortcodeResponse.Parser);

    public static Method<ResultsRequest, ResultsResponse> Results { get; } =
        Methods.Unary(Voting, "Results", ResultsRequest.Parser, ResultsResponse.Parser);

    /// <summary>By shortcode.</summary>
    public static IReadOnlyDictionary<string, Method<VoteRequest, VoteResponse>> Votes { get; } = EmojiCatalog.All.ToDictionary(
        e => e.Shortcode,
        e => Methods.Unary(Voting, EmojiCatalog.VoteMethod(e.Shortcode), VoteRequest.Parser, VoteResponse.Parser));
}
