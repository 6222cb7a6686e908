using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Linkerd.Viz.Web.Api;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Viz.Web.Assets;

/// <summary>
/// The front end, held in memory: nothing of a request's path ever reaches the file system. Every path without a file is answered with
/// <c>index.html</c>, which finds the page by itself.
/// </summary>
internal sealed class StaticAssets
{
    private const string Index = "/index.html";
    private const long MaxTotal = 64 * 1024 * 1024;
    private const string Resources = "web/";

    private readonly Dictionary<string, StaticAsset> _byPath;

    private StaticAssets(Dictionary<string, StaticAsset> byPath) => _byPath = byPath;

    /// <summary>How many files there are.</summary>
    public int Count => _byPath.Count;

    /// <summary>The files of a folder.</summary>
    /// <exception cref="IOException">It has no index.html, or is too large.</exception>
    public static StaticAssets Load(string folder)
    {
        var root = Path.GetFullPath(folder);
        var files = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).ToList();
        if (!File.Exists(root + Index))
            throw new IOException($"{root} has no index.html: it is not a build of the front end (npm run build in web/ makes web/dist)");
        if (files.Sum(static f => new FileInfo(f).Length) > MaxTotal)
            throw new IOException($"{root} is larger than {MaxTotal / 1024 / 1024} MiB: it is not a build of the front end");
        return new StaticAssets(files.ToDictionary(f => "/" + Path.GetRelativePath(root, f).Replace('\\', '/'), static f => StaticAsset.Of(f, File.ReadAllBytes(f))));
    }

    /// <summary>The files that this program carries, or a page that says how to get them.</summary>
    public static StaticAssets Embedded()
    {
        var assembly = typeof(StaticAssets).Assembly;
        var files = assembly.GetManifestResourceNames().Where(static n => n.StartsWith(Resources, StringComparison.Ordinal))
            .ToDictionary(static n => n[(Resources.Length - 1)..], n => StaticAsset.Of(n, Read(assembly, n)));
        files.TryAdd(Index, StaticAsset.Of(Index, """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Linkerd</title></head>
            <body><h1>Linkerd</h1><p>This build carries no front end: build it in web/ with npm ci and npm run build, or name a folder with -static-dir.
            The API answers under <a href="/api/version">/api/version</a>.</p></body></html>
            """u8.ToArray()));
        return new StaticAssets(files);
    }

    /// <summary>Answers a request for a file.</summary>
    public async Task SendAsync(HttpContext http, string path)
    {
        if (http.Request.Method is not ("GET" or "HEAD"))
            throw new WebFaultException(StatusCodes.Status405MethodNotAllowed, "only GET and HEAD");
        var found = _byPath.TryGetValue(path, out var asset);
        // A missing script must not be answered with a page.
        if (!found && path.StartsWith("/assets/", StringComparison.Ordinal))
            throw new WebFaultException(StatusCodes.Status404NotFound, "there is no such file; reload the page");
        asset ??= _byPath[Index];
        var response = http.Response;
        response.Headers.ETag = asset.ETag;
        // Files below assets/ have a hash of their content in their name.
        response.Headers.CacheControl = found && path.StartsWith("/assets/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
        if (http.Request.Headers.IfNoneMatch == asset.ETag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = asset.ContentType;
        response.Headers.Vary = "Accept-Encoding";
        var body = asset.Body;
        if (asset.Compressed is not null && http.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal))
        {
            response.Headers.ContentEncoding = "br";
            body = asset.Compressed;
        }

        response.ContentLength = body.Length;
        if (http.Request.Method == "GET")
            await response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static byte[] Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private sealed record StaticAsset(byte[] Body, byte[]? Compressed, string ContentType, string ETag)
    {
        public static StaticAsset Of(string name, byte[] body)
        {
            var type = TypeOf(Path.GetExtension(name));
            var text = type.StartsWith("text/", StringComparison.Ordinal) || type.Contains("json", StringComparison.Ordinal) || type.Contains("svg", StringComparison.Ordinal);
            return new StaticAsset(body, text ? Compress(body) : null, type, $"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 12))}\"");
        }

        private static byte[] Compress(byte[] body)
        {
            var buffer = new MemoryStream();
            using (var brotli = new BrotliStream(buffer, CompressionLevel.Optimal, leaveOpen: true))
                brotli.Write(body);
            return buffer.ToArray();
        }

        private static string TypeOf(string extension) => extension switch
        {
            ".html" => "text/html; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".json" or ".map" => "application/json; charset=utf-8",
            ".webmanifest" => "application/manifest+json; charset=utf-8",
            ".svg" => "image/svg+xml",
            ".png" => "image/png",
            ".ico" => "image/x-icon",
            ".woff2" => "font/woff2",
            ".txt" => "text/plain; charset=utf-8",
            _ => "application/octet-stream",
        };
    }
}
