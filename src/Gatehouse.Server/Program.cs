using Gatehouse.Server.CommandLine;

return await Verbs.RunAsync(args, Terminal.OfProcess(), TimeProvider.System, CancellationToken.None);
