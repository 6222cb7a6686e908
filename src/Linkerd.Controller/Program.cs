
return await ControllerApp.RunAsync(args, CancellationToken.None);
