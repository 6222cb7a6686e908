using Linkerd.Cli;

return await LinkerdCommand.Create(new SystemTerminal()).Parse(args).InvokeAsync();
