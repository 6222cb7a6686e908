using Linkerd.Init;

return Dispatcher.Run(Dispatcher.InvokedAs(), args);
