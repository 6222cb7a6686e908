using Linkerd.Controller.Common;

return await ControllerApp.RunAsync(args, CancellationToken.None);
