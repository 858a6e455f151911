using Gatehouse.Configuration;
using Gatehouse.Server;

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
