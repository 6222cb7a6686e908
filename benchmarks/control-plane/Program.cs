using Linkerd.ControlPlane.Benchmark;

// One process is the API server, one the component, this one the proxies: see benchmarks/control-plane/run --help.
var options = Options.Parse(args);
if (options.ApiServerKubeconfig is { } kubeconfig)
    await ApiServerRole.RunAsync(options.Scales[0], kubeconfig);
else
    await new Comparison(options).RunAsync();
