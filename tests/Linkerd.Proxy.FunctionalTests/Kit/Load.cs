using System.Collections.Concurrent;
using System.Net;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>Sends requests from inside a pod, several at a time, on connections that spread over a proxy's workers.</summary>
internal static class Load
{
    /// <summary>Status and <c>served-by</c> of every answer, counted.</summary>
    public static async Task<Answers> RunAsync(Pod pod, string url, int count, int connections = 8, Func<HttpRequestMessage>? request = null)
    {
        var answers = new Answers();
        int left = count;
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            using var http = new HttpClient(pod.Namespace.HttpHandler()) { Timeout = TimeSpan.FromSeconds(20) };
            while (Interlocked.Decrement(ref left) >= 0)
            {
                using var message = request?.Invoke() ?? new HttpRequestMessage(HttpMethod.Get, url);
                using var response = await http.SendAsync(message);
                await response.Content.ReadAsByteArrayAsync();
                answers.Add(response.StatusCode, response.Headers.TryGetValues("served-by", out var by) ? by.First() : "");
            }
        }));
        return answers;
    }

    internal sealed class Answers
    {
        private readonly ConcurrentDictionary<(HttpStatusCode Status, string By), int> _counts = new();

        public int Total => _counts.Values.Sum();

        public void Add(HttpStatusCode status, string by) => _counts.AddOrUpdate((status, by), 1, static (_, n) => n + 1);

        public int With(HttpStatusCode status) => _counts.Where(c => c.Key.Status == status).Sum(c => c.Value);

        public int By(string server) => _counts.Where(c => c.Key.By == server).Sum(c => c.Value);

        public override string ToString() => string.Join(", ", _counts.Select(c => $"{(int)c.Key.Status} by '{c.Key.By}': {c.Value}"));
    }
}
