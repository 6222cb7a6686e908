namespace Linkerd.Cli.Manifests;

/// <summary>Reads manifests from where a user keeps them: a file, a folder and all below it, a URL, or standard input.</summary>
public static class ManifestReader
{
    private const int MaxBytes = 64 * 1024 * 1024;
    private static readonly string[] Extensions = [".yml", ".yaml", ".json"];

    /// <summary>The text at <paramref name="source"/>; several files are joined as documents of one stream.</summary>
    /// <exception cref="CliException">It cannot be read, or is not a manifest; the message says what to do.</exception>
    public static async Task<string> ReadAsync(string source, ITerminal terminal, CancellationToken cancellationToken)
    {
        var text = Directory.Exists(source) ? await ReadFolderAsync(source, cancellationToken) : await ReadTextAsync(source, terminal, cancellationToken);
        return LooksLikeTable(text)
            ? throw new CliException("the input is a table as kubectl prints it, not a manifest. Add -o yaml, for example:\n  kubectl get deploy -o yaml | linkerd inject - | kubectl apply -f -")
            : text;
    }

    /// <summary>The text of one file, of a URL, or of standard input.</summary>
    /// <exception cref="CliException">It cannot be read; the message says what to do.</exception>
    public static async Task<string> ReadTextAsync(string source, ITerminal terminal, CancellationToken cancellationToken) =>
        source == "-" ? await ReadInputAsync(terminal, cancellationToken)
        : source.StartsWith("http://", StringComparison.Ordinal) || source.StartsWith("https://", StringComparison.Ordinal) ? await DownloadAsync(source, cancellationToken)
        : File.Exists(source) ? await File.ReadAllTextAsync(source, cancellationToken)
        : throw new CliException($"{source}: no such file, folder or URL; use - to read standard input");

    /// <summary>Whether the text is what <c>kubectl get</c> prints without <c>-o yaml</c>: a header of capitals in columns.</summary>
    public static bool LooksLikeTable(string text)
    {
        var first = text.AsSpan().TrimStart();
        var end = first.IndexOf('\n');
        if (end > 0)
            first = first[..end];
        first = first.TrimEnd();
        if (!first.StartsWith("NAME", StringComparison.Ordinal) || first.Contains(':') || !first.Contains("  ", StringComparison.Ordinal))
            return false;
        foreach (var c in first)
        {
            if (char.IsAsciiLetterLower(c))
                return false;
        }

        return true;
    }

    private static async Task<string> ReadInputAsync(ITerminal terminal, CancellationToken cancellationToken)
    {
        if (terminal.InputIsInteractive)
            await terminal.Error.WriteLineAsync("reading a manifest from standard input; end it with Ctrl-D");
        return await terminal.In.ReadToEndAsync(cancellationToken);
    }

    private static async Task<string> DownloadAsync(string url, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { MaxResponseContentBufferSize = MaxBytes, Timeout = TimeSpan.FromSeconds(30) };
        try
        {
            return await client.GetStringAsync(new Uri(url), cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or UriFormatException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new CliException($"{url}: {e.Message}", e);
        }
    }

    private static async Task<string> ReadFolderAsync(string folder, CancellationToken cancellationToken)
    {
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(f => Extensions.Contains(Path.GetExtension(f)))
            .Order(StringComparer.Ordinal).ToArray();
        if (files.Length == 0)
            throw new CliException($"{folder}: no {string.Join(", ", Extensions)} files in it");
        var texts = await Task.WhenAll(files.Select(f => File.ReadAllTextAsync(f, cancellationToken)));
        return string.Join("\n---\n", texts);
    }
}
