using Linkerd.Cli;

var root = LinkerdCommand.Create(new SystemTerminal());
return await root.Parse(LeadingNamespace.Move(root, args)).InvokeAsync();
