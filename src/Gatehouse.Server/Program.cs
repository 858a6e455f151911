using Gatehouse.Configuration;
using Gatehouse.Server;
using Gatehouse.Storage;

try
{
    var app = ServerHost.Build(args);
    await app.RunAsync();
    return 0;
}
catch (SettingsFaultException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}
catch (Exception exception) when (exception is StoreUnavailableException or IOException or UnauthorizedAccessException)
{
    // What an operator can mend: a database that is away or not ours, a folder, an address in use.
    await Console.Error.WriteLineAsync($"Gatehouse can't start: {exception.Message} {exception.InnerException?.Message}");
    return 2;
}
