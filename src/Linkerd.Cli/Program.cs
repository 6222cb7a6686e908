using Linkerd.Cli;

return await LinkerdCommand.RunAsync(new SystemTerminal(), args, CancellationToken.None);
