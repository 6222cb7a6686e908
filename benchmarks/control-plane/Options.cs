using System.Globalization;

namespace Linkerd.ControlPlane.Benchmark;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public IReadOnlyList<Scale> Scales { get; init; } = [Scale.Parse("100x10x500x5"), Scale.Parse("300x10x1500x5"), Scale.Parse("1000x10x5000x5")];

    public IReadOnlyList<string> Components { get; init; } = ["destination", "policy", "proxy-injector"];

    /// <summary>Changes per second, in turns.</summary>
    public IReadOnlyList<int> Rates { get; init; } = [10, 100, 300, 1000];

    /// <summary>Admissions per second that the injector is asked for, in turns.</summary>
    public IReadOnlyList<int> Admissions { get; init; } = [50, 200, 400];

    /// <summary>How long each rate is held.</summary>
    public int Seconds { get; init; } = 10;

    /// <summary>Connections that the streams share.</summary>
    public int Connections { get; init; } = 100;

    public string Controller { get; init; } = "artifacts/dist/linkerd-controller";

    /// <summary>Variables of the component's environment.</summary>
    public IReadOnlyList<(string Name, string Value)> Environment { get; init; } = [];

    public string? Json { get; init; }

    /// <summary>Set in the process that is the API server: where its kubeconfig goes.</summary>
    public string? ApiServerKubeconfig { get; init; }

    public static Options Parse(string[] args)
    {
        var options = new Options();
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            var value = args[i + 1];
            options = args[i] switch
            {
                "--scale" => options with { Scales = [.. value.Split(',').Select(Scale.Parse)] },
                "--only" => options with { Components = value.Split(',') },
                "--rates" => options with { Rates = Numbers(value) },
                "--admissions" => options with { Admissions = Numbers(value) },
                "--seconds" => options with { Seconds = int.Parse(value, CultureInfo.InvariantCulture) },
                "--connections" => options with { Connections = int.Parse(value, CultureInfo.InvariantCulture) },
                "--controller" => options with { Controller = value },
                "--environment" => options with { Environment = [.. value.Split(',').Select(static v => v.Split('=', 2)).Select(static v => (v[0], v[1]))] },
                "--json" => options with { Json = value },
                "--api-server" => options with { ApiServerKubeconfig = value },
                var unknown => throw new ArgumentException($"unknown argument {unknown}; see benchmarks/control-plane/run --help", nameof(args)),
            };
        }

        return options;
    }

    private static int[] Numbers(string list) => [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static n => int.Parse(n, CultureInfo.InvariantCulture))];
}
