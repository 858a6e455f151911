using System.CommandLine;
using System.Globalization;
using Gatehouse.IdentityManager.Ui;

namespace Gatehouse.IdentityManager.CommandLine;

/// <summary>Stays in the background, with a page in the browser or without.</summary>
internal static class ServeVerbs
{
    public static Verb Serve(VerbContext context)
    {
        var verb = new Verb("serve", "Stays connected, and does what other commands say.", "serve");
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            await using var daemon = await Daemon.TryStartAsync(context, parsed, cancellationToken)
                ?? throw new RefusedException("Another jlinx serves this vault already.");
            context.Terminal.Fault("Serving. Ctrl+C ends it.");
            await UntilStoppedAsync(cancellationToken);
            return (int)Outcome.Done;
        });
        return verb;
    }

    public static Verb Ui(VerbContext context)
    {
        var port = new Option<int>("--port") { Description = "The port on this machine; any without.", HelpName = "N" };
        var stay = new Option<bool>("--no-browser")
        {
            Description = "Prints the address instead of opening a browser.",
        };
        port.Validators.Add(static result =>
        {
            if (!ushort.TryParse(result.Tokens.SingleOrDefault()?.Value, CultureInfo.InvariantCulture, out _))
                result.AddError("A port is a number from 0 to 65535.");
        });
        var verb = new Verb("ui", "Shows everything in your browser, on this machine alone.", "ui") { port, stay };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            await using var daemon = await Daemon.TryStartAsync(context, parsed, cancellationToken);
            await using var ui = await WebUi.StartAsync(
                Daemon.DeskOf(daemon, context), context.Place, parsed.GetValue(port), cancellationToken);
            if (parsed.GetValue(stay) || !Browser.TryOpen(ui.EntryAddress))
                context.Terminal.Line(ui.EntryAddress);
            context.Terminal.Fault("Serving this machine alone. Ctrl+C ends it.");
            await UntilStoppedAsync(cancellationToken);
            return (int)Outcome.Done;
        });
        return verb;
    }

    private static Task UntilStoppedAsync(CancellationToken cancellationToken) =>
        Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
}
