namespace Linkerd.Cli.Tests.Extensions;

/// <summary>A folder of a PATH with executables of one's own.</summary>
internal sealed class ExtensionFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("lkx").FullName;

    /// <summary>Where an executable may leave what it was called with.</summary>
    public string Log => System.IO.Path.Combine(Path, "log");

    /// <summary>Adds a shell script.</summary>
    public void Add(string name, string script, bool executable = true)
    {
        var file = System.IO.Path.Combine(Path, name);
        File.WriteAllText(file, "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | (executable ? UnixFileMode.UserExecute : 0));
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
