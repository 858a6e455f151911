using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Data.Common;
using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Storage;

namespace Gatehouse.Server.CommandLine;

/// <summary>
/// The operator's command line. Promises: whatever goes wrong is one clear message on stderr and an exit code, never a
/// stack trace; what was given is not repeated in it, for it may be a connection string or a token.
/// </summary>
internal static class Verbs
{
    public const string Program = "gatehouse";

    /// <summary>Carries out what the arguments say; without a verb it serves.</summary>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, Terminal terminal, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (settings, words) = Arguments.Split(arguments);
        var parsed = Tree(new VerbContext(terminal, clock, settings)).Parse(
            words.Length == 0 ? ["serve"] : words, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (FaultOf(parsed) is { } fault)
            return Refuse(terminal, $"{fault} 'gatehouse --help' tells what there is.");
        try
        {
            // No handler of the parser's own: a server ends by its host's, any other verb at once, its work undone.
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = terminal.Out,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            }, cancellationToken);
        }
        catch (Exception exception) when (Explain(exception) is { } explained)
        {
            return Refuse(terminal, explained);
        }
    }

    /// <summary>Every verb there is; groups hold verbs.</summary>
    public static Verb Tree(VerbContext context)
    {
        var root = new Verb(Program, "Gatehouse: who is at the door, and may they come in? Without a verb it serves.")
        {
            ServeVerb.Create(context),
            MigrateVerb.Create(context),
            DoctorVerb.Create(context),
            AccountVerbs.Create(context),
            SessionVerbs.Create(context),
            InviteVerbs.Create(context),
            KeyVerbs.Create(context),
            PurgeVerb.Create(context),
            MailVerbs.Create(context),
            MoveVerb.Create(context),
        };
        root.Add(context.AsJson);
        root.Add(new Option<bool>("--version") { Description = "Shows the version.", Action = new ShowVersion() });
        var help = new HelpOption();
        help.Action = new HelpWithExample((HelpAction)help.Action!);
        root.Add(help);
        return root;
    }

    private static string? FaultOf(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0 || parsed.Action is HelpWithExample or ShowVersion)
            return null;
        if (parsed.UnmatchedTokens is [var unknown, ..])
        {
            // A word may be shown. Anything longer may be a value, and a value may be a secret.
            var name = unknown.Split('=')[0];
            return name.Length <= 20 && name.All(c => char.IsAsciiLetterLower(c) || c == '-')
                ? $"There is no '{name}' here."
                : "There is an argument that doesn't belong here.";
        }
        return parsed.Errors[0].Message;
    }

    /// <summary>What to tell the operator; null for a bug.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        RefusedException => exception.Message,
        SettingsFaultException settings => string.Join('\n', settings.Faults),
        StoreUnavailableException => $"{exception.Message} {exception.InnerException?.Message}".Trim(),
        DbException => "The database refused: " + exception.Message,
        IOException or UnauthorizedAccessException or DllNotFoundException => exception.Message,
        OperationCanceledException => "Stopped.",
        _ => null, // a bug: its stack trace is wanted
    };

    private static int Refuse(Terminal terminal, string message)
    {
        terminal.Fault(message);
        return (int)Outcome.CouldNot;
    }

    private sealed class ShowVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"{Program} {ProductVersion.Text}");
            return 0;
        }
    }

    private sealed class HelpWithExample(HelpAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            help.Invoke(parseResult);
            if (parseResult.CommandResult.Command is Verb { Example: { } example })
                parseResult.InvocationConfiguration.Output.WriteLine($"Example:\n  {Program} {example}\n");
            return 0;
        }
    }
}
