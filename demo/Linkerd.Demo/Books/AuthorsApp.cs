using System.Text.Json.Nodes;

namespace Linkerd.Demo.Books;

/// <summary><c>linkerd-demo authors</c>: authors as JSON. A share of the HEAD requests fails.</summary>
internal static class AuthorsApp
{
    public static Task<int> RunAsync(DemoSettings settings, CancellationToken stop)
    {
        var port = settings.Port("PORT", 7001);
        var failureRate = settings.Number("FAILURE_RATE", 0, 0, 1);
        if (Program.Refuses(settings))
            return Task.FromResult(Program.BadConfiguration);

        var api = new RecordApi("authors", ["first_name", "last_name"]) { Fault = () => Random.Shared.NextDouble() < failureRate ? 503 : 0 };
        foreach (var (first, last) in ((string, string)[])[("Jane", "Austen"), ("Karel", "Čapek"), ("Ursula", "Le Guin")])
            api.Store.Add(new JsonObject { ["first_name"] = first, ["last_name"] = last });
        return BooksHost.ServeAsync("authors", port, api.Map, stop);
    }
}
