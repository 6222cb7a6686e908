using System.Net;

namespace Linkerd.Controller.Heartbeat;

/// <summary>The request itself.</summary>
internal static class HeartbeatSender
{
    /// <summary>Longest answer that is read, in bytes.</summary>
    public const int MaxAnswer = 1024 * 1024;

    /// <summary>Returns what the server said.</summary>
    /// <exception cref="HttpRequestException">It was not reached, or did not answer with 200.</exception>
    public static async Task<string> SendAsync(HttpClient http, Uri address, CancellationToken cancel)
    {
        using var answer = await http.GetAsync(address, cancel);
        var text = await answer.Content.ReadAsStringAsync(cancel);
        return answer.StatusCode == HttpStatusCode.OK ? text : throw new HttpRequestException($"{address.Authority} answered {(int)answer.StatusCode}: {text}", null, answer.StatusCode);
    }
}
