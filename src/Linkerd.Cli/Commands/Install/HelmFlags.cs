using System.CommandLine;
using Linkerd.Charts;
using Linkerd.Charts.Values;
using Linkerd.Charts.Yaml;
using Linkerd.Cli.Manifests;

namespace Linkerd.Cli.Commands.Install;

/// <summary>The flags by which Helm takes values: <c>-f</c>, <c>--set</c>, <c>--set-string</c> and <c>--set-file</c>, each repeatable.</summary>
internal sealed class HelmFlags
{
    private readonly Option<string[]> _files = new("--values", "-f") { Description = "Values in a YAML file or URL; may be repeated" };
    private readonly Option<string[]> _set = new("--set") { Description = "Values on the command line: key1=val1,key2=val2; may be repeated" };
    private readonly Option<string[]> _strings = new("--set-string") { Description = "The same, with every value a string" };
    private readonly Option<string[]> _contents = new("--set-file") { Description = "Values from files: key1=path1,key2=path2" };

    /// <summary>Adds the flags.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_files, _set, _strings, _contents])
            command.Options.Add(option);
    }

    /// <summary>The values given: files first, in their order, then each kind of flag over them.</summary>
    /// <exception cref="CliException">A file cannot be read, or a flag is wrong.</exception>
    public async Task<ValueMap> ReadAsync(ParseResult arguments, ITerminal terminal, CancellationToken cancel)
    {
        var values = new ValueMap();
        foreach (var file in arguments.GetValue(_files) ?? [])
            ValueFlag.Merge(values, Parse(file, await ManifestReader.ReadAsync(file, terminal, cancel)));
        foreach (var text in arguments.GetValue(_set) ?? [])
            ValueFlag.Set(values, text);
        foreach (var text in arguments.GetValue(_strings) ?? [])
            ValueFlag.SetString(values, text);
        foreach (var text in arguments.GetValue(_contents) ?? [])
            ValueFlag.SetFile(values, text, Content);
        return values;
    }

    private static ValueMap Parse(string file, string text)
    {
        try
        {
            return YamlReader.ReadMap(text);
        }
        catch (FormatException e)
        {
            throw new CliException($"{file}: {e.Message}", e);
        }
    }

    private static string Content(string path) => File.Exists(path) ? File.ReadAllText(path) : throw new CliException($"--set-file: there is no file {path}");
}
