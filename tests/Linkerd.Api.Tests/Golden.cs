namespace Linkerd.Api.Tests;

/// <summary>Expected bytes, kept as hex; Goldens/make_goldens.py writes them without our encoder.</summary>
internal static class Golden
{
    public static byte[] Read(string name)
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Linkerd.slnx")))
            directory = directory.Parent;
        var file = Path.Combine(directory!.FullName, "tests", "Linkerd.Api.Tests", "Goldens", name + ".hex");
        return Convert.FromHexString(string.Concat(File.ReadLines(file)));
    }
}
