using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Linkerd.Demo.Books;

/// <summary><c>linkerd-demo webapp</c>: authors and their books as pages.</summary>
internal sealed class BooksWebApp(HttpClient authors, HttpClient books)
{
    public static async Task<int> RunAsync(DemoSettings settings, CancellationToken stop)
    {
        var port = settings.Port("PORT", 7000);
        var authorsSite = settings.Text("AUTHORS_SITE", "http://authors:7001");
        var booksSite = settings.Text("BOOKS_SITE", "http://books:7002");
        if (Program.Refuses(settings))
            return Program.BadConfiguration;

        using var authors = BooksHost.Client(authorsSite);
        using var books = BooksHost.Client(booksSite);
        return await BooksHost.ServeAsync("webapp", port, new BooksWebApp(authors, books).Map, stop);
    }

    private void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/", context => AnswerAsync(context, IndexAsync));
        foreach (var (name, client) in ((string, HttpClient)[])[("authors", authors), ("books", books)])
        {
            endpoints.MapPost($"/{name}", context => AnswerAsync(context, c => SendAsync(c, client, HttpMethod.Post, $"/{name}.json", name)));
            endpoints.MapGet($"/{name}/{{id:int}}", context => AnswerAsync(context, c => OneAsync(c, client, name)));
            endpoints.MapPost($"/{name}/{{id:int}}/edit", context => AnswerAsync(context, c => SendAsync(c, client, HttpMethod.Put, $"/{name}/{Id(c)}.json", name)));
            endpoints.MapPost($"/{name}/{{id:int}}/delete", context => AnswerAsync(context, c => DeleteAsync(c, client, name)));
        }
    }

    private static int Id(HttpContext context) => int.Parse((string)context.Request.RouteValues["id"]!, CultureInfo.InvariantCulture);

    private static async Task AnswerAsync(HttpContext context, Func<HttpContext, Task> answer)
    {
        try
        {
            await answer(context);
        }
        catch (Exception e) when (!context.Response.HasStarted && (e is HttpRequestException or JsonException || (e is OperationCanceledException && !context.RequestAborted.IsCancellationRequested)))
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.WriteAsync(e.GetBaseException().Message);
        }
    }

    private async Task IndexAsync(HttpContext context)
    {
        var page = new StringBuilder("<!doctype html><meta charset=utf-8><title>Books</title><h1>Authors</h1><ul>");
        foreach (var author in await ListAsync(authors, "/authors.json", context))
            page.Append(CultureInfo.InvariantCulture, $"<li><a href=/authors/{author["id"]}>{Html(author["first_name"])} {Html(author["last_name"])}</a>");
        page.Append("</ul><h1>Books</h1><ul>");
        foreach (var book in await ListAsync(books, "/books.json", context))
            page.Append(CultureInfo.InvariantCulture, $"<li><a href=/books/{book["id"]}>{Html(book["title"])}</a>");
        await PageAsync(context, page.Append("</ul>").ToString());
    }

    private static async Task<IEnumerable<JsonNode>> ListAsync(HttpClient client, string path, HttpContext context)
    {
        var json = await client.GetStringAsync(new Uri(path, UriKind.Relative), context.RequestAborted);
        return JsonNode.Parse(json)?.AsArray().OfType<JsonNode>() ?? [];
    }

    private static async Task OneAsync(HttpContext context, HttpClient client, string name)
    {
        using var response = await client.GetAsync(new Uri($"/{name}/{Id(context)}.json", UriKind.Relative), context.RequestAborted);
        if (!await PassedOnAsync(context, response))
            return;
        var page = new StringBuilder("<!doctype html><meta charset=utf-8><dl>");
        foreach (var (key, value) in JsonNode.Parse(await response.Content.ReadAsStringAsync(context.RequestAborted))!.AsObject())
            page.Append(CultureInfo.InvariantCulture, $"<dt>{WebUtility.HtmlEncode(key)}<dd>{Html(value)}");
        await PageAsync(context, page.Append("</dl><a href=/>All</a>").ToString());
    }

    private static async Task SendAsync(HttpContext context, HttpClient client, HttpMethod method, string path, string name)
    {
        var record = new JsonObject();
        foreach (var (key, value) in await context.Request.ReadFormAsync(context.RequestAborted))
            record[key] = value.ToString();
        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(record.ToJsonString())) };
        using var response = await client.SendAsync(request, context.RequestAborted);
        if (!await PassedOnAsync(context, response))
            return;
        var id = JsonNode.Parse(await response.Content.ReadAsStringAsync(context.RequestAborted))!["id"];
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = $"/{name}/{id}";
    }

    private static async Task DeleteAsync(HttpContext context, HttpClient client, string name)
    {
        using var response = await client.DeleteAsync(new Uri($"/{name}/{Id(context)}.json", UriKind.Relative), context.RequestAborted);
        if (!await PassedOnAsync(context, response))
            return;
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = "/";
    }

    /// <summary>Whether there is a page to make; otherwise the failure was answered.</summary>
    private static async Task<bool> PassedOnAsync(HttpContext context, HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode)
            return true;
        var server = (int)response.StatusCode >= 500;
        context.Response.StatusCode = server ? StatusCodes.Status500InternalServerError : (int)response.StatusCode;
        await context.Response.WriteAsync(await response.Content.ReadAsStringAsync(context.RequestAborted));
        return false;
    }

    private static string Html(JsonNode? value) => WebUtility.HtmlEncode(value?.ToString() ?? "");

    private static Task PageAsync(HttpContext context, string page)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(page);
    }
}
