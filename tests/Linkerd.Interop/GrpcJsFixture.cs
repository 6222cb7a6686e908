using Linkerd.Interop;

[assembly: AssemblyFixture(typeof(GrpcJsFixture))]

namespace Linkerd.Interop;

/// <summary>Installs @grpc/grpc-js, as the lock file pins it, into a folder of its own.</summary>
public sealed class GrpcJsFixture : IDisposable
{
    private readonly Lazy<Task<string>> _folder = new(InstallAsync);

    /// <summary>The folder with the scripts and their packages.</summary>
    public Task<string> Folder => _folder.Value;

    public void Dispose()
    {
        if (_folder is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            Directory.Delete(_folder.Value.Result, recursive: true);
    }

    private static async Task<string> InstallAsync()
    {
        var folder = Directory.CreateTempSubdirectory("interop-grpc-js-").FullName;
        foreach (var file in Directory.EnumerateFiles(Scripts.Folder("grpc-js")))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        await using var npm = ForeignProcess.Start("npm", folder, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error");
        try
        {
            await npm.RunToEndAsync();
        }
        catch (Exception e)
        {
            Directory.Delete(folder, recursive: true);
            throw new InvalidOperationException($"@grpc/grpc-js could not be installed: is a package registry in reach of npm? {e.Message}", e);
        }

        return folder;
    }
}
