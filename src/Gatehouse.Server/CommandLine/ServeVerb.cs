using Gatehouse.Configuration;
using Gatehouse.Storage;

namespace Gatehouse.Server.CommandLine;

/// <summary>The server itself; what Production refuses is refused here and by no other verb.</summary>
internal static class ServeVerb
{
    public static Verb Create(VerbContext context)
    {
        var verb = new Verb("serve", "Runs the server, as no verb does too.", "serve --urls http://127.0.0.1:8080");
        verb.SetAction((_, cancellationToken) => RunAsync(context, cancellationToken));
        return verb;
    }

    private static async Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        try
        {
            var app = ServerHost.Build(context.Settings);
            await app.RunAsync(cancellationToken);
            return (int)Outcome.Done;
        }
        catch (SettingsFaultException exception)
        {
            context.Terminal.Fault(exception.Message);
        }
        catch (Exception exception)
            when (exception is StoreUnavailableException or IOException or UnauthorizedAccessException)
        {
            // What an operator can mend: a database that is away or not ours, a folder, an address in use.
            context.Terminal.Fault($"Gatehouse can't start: {exception.Message} {exception.InnerException?.Message}");
        }
        return (int)Outcome.CouldNot;
    }
}
