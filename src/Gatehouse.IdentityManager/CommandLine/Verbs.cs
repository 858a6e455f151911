using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Net.Sockets;
using System.Text.Json;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.CommandLine;

/// <summary>
/// The person's command line. Promises: whatever goes wrong is one clear message on stderr and an exit code, never a
/// stack trace; what was given is not repeated in it, for it may be a link with its secret.
/// </summary>
internal static class Verbs
{
    public const string Program = "jlinx";

    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, VerbContext context, CancellationToken cancellationToken)
    {
        var parsed = Tree(context).Parse(
            arguments.Count == 0 ? ["--help"] : arguments,
            new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (FaultOf(parsed) is { } fault)
            return Refuse(context.Terminal, $"{fault} 'jlinx --help' tells what there is.");
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = context.Terminal.Out,
                Error = context.Terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // the program hears signals itself
            }, cancellationToken);
        }
        catch (Exception exception) when (Explain(exception) is { } explained)
        {
            return Refuse(context.Terminal, explained);
        }
    }

    public static Verb Tree(VerbContext context)
    {
        var root = new Verb(Program, "Your accounts at apps, by keys of your own. Begin with 'jlinx init'.")
        {
            VaultVerbs.Init(context),
            AccountVerbs.Add(context),
            AccountVerbs.Accounts(context),
            RequestVerbs.Requests(context),
            RequestVerbs.Watch(context),
            RequestVerbs.Approve(context),
            RequestVerbs.Reject(context),
            AccountVerbs.Login(context),
            ProfileVerbs.Create(context),
            AccountVerbs.Dismiss(context),
            AccountVerbs.Destroy(context),
            AccountVerbs.Log(context),
            VaultVerbs.Backup(context),
            VaultVerbs.Restore(context),
            VaultVerbs.Passphrase(context),
            AccountVerbs.Recover(context),
            ServeVerbs.Ui(context),
            ServeVerbs.Serve(context),
        };
        root.Add(context.AsJson);
        root.Add(context.PassphraseFile);
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

    /// <summary>What to tell the person; null for a bug.</summary>
    private static string? Explain(Exception exception) => exception switch
    {
        RefusedException or VaultException => exception.Message,
        InvalidDataException or JsonException => $"The vault has what this release can't read: {exception.Message}",
        IOException or UnauthorizedAccessException or SocketException or DllNotFoundException => exception.Message,
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
            var version = typeof(Verbs).Assembly.GetName().Version?.ToString(3);
            parseResult.InvocationConfiguration.Output.WriteLine($"{Program} {version}");
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
