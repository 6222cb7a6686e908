using Linkerd.Viz;

return await VizApp.RunAsync(args, CancellationToken.None);
