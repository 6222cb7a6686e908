using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Linkerd.Demo.Books;

/// <summary>Records over HTTP: <c>/NAME.json</c> for all, <c>/NAME/ID.json</c> for one.</summary>
internal sealed class RecordApi(string name, string[] required)
{
    private const long MaxBody = 64 * 1024;

    /// <summary>The records.</summary>
    public RecordStore Store { get; } = new();

    /// <summary>Asked before a record is added or changed: the status to refuse with, or 0.</summary>
    public Func<JsonObject, CancellationToken, Task<int>> Check { get; init; } = static (_, _) => Task.FromResult(0);

    /// <summary>Asked before HEAD is answered: the status to fail with, or 0.</summary>
    public Func<int> Fault { get; init; } = static () => 0;

    /// <summary>Adds the paths.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        var all = $"/{name}.json";
        var one = $"/{name}/{{id:int}}.json";
        endpoints.MapGet(all, context => WriteAsync(context, StatusCodes.Status200OK, Store.All()));
        endpoints.MapPost(all, AddAsync);
        endpoints.MapGet(one, context => WriteAsync(context, StatusCodes.Status200OK, Store.Find(Id(context))));
        endpoints.MapPut(one, ChangeAsync);
        endpoints.MapDelete(one, context =>
        {
            context.Response.StatusCode = Store.Remove(Id(context)) ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        endpoints.MapMethods(one, ["HEAD"], context =>
        {
            context.Response.StatusCode = Fault() is > 0 and var status ? status : Store.Find(Id(context)) is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
            return Task.CompletedTask;
        });
        endpoints.MapGet("/ping", context => context.Response.WriteAsync("pong"));
    }

    private static int Id(HttpContext context) => int.Parse((string)context.Request.RouteValues["id"]!, CultureInfo.InvariantCulture);

    private async Task AddAsync(HttpContext context)
    {
        if (await ReadAsync(context) is { } record)
            await WriteAsync(context, StatusCodes.Status201Created, Store.Add(record));
    }

    private async Task ChangeAsync(HttpContext context)
    {
        if (await ReadAsync(context) is { } record)
            await WriteAsync(context, StatusCodes.Status200OK, Store.Replace(Id(context), record));
    }

    /// <summary>The record of the request; null when it was refused, and answered.</summary>
    private async Task<JsonObject?> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength is null or > MaxBody)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"the body must have a length of at most {MaxBody} bytes");
            return null;
        }

        JsonObject? record = null;
        try
        {
            record = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted) as JsonObject;
        }
        catch (JsonException)
        {
            // Answered below.
        }

        if (record is null || required.FirstOrDefault(f => record[f] is null) is not null)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"the body must be a JSON object with {string.Join(", ", required)}");
            return null;
        }

        if (await Check(record, context.RequestAborted) is > 0 and var status)
        {
            await RefuseAsync(context, status, status == StatusCodes.Status400BadRequest ? "there is no such author" : "authors failed");
            return null;
        }

        return record;
    }

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(message);
    }

    private static Task WriteAsync(HttpContext context, int status, string? json)
    {
        if (json is null)
            return RefuseAsync(context, StatusCodes.Status404NotFound, "there is none of this number");
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(json);
    }
}
