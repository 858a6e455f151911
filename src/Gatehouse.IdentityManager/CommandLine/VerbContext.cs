using System.CommandLine;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Desk;
using Gatehouse.IdentityManager.Requests;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.CommandLine;

/// <summary>What every verb works with: the terminal, the clock, where the vault is and how it is opened.</summary>
internal sealed class VerbContext(Terminal terminal, TimeProvider clock, VaultPlace place, VaultCost cost)
{
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan TellsAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1); // longer than any command that ends by itself

    private string? vaultPassphrase; // asked once in a command

    public Terminal Terminal => terminal;

    public TimeProvider Clock => clock;

    public VaultPlace Place => place;

    public VaultCost Cost => cost;

    public Option<bool> AsJson { get; } = new("--json")
    {
        Description = "Answers in JSON, for machines.",
        Recursive = true,
    };

    public Option<FileInfo?> PassphraseFile { get; } = new("--passphrase-file")
    {
        Description = "Reads the passphrase from the first line of a file. JLINX_PASSPHRASE does it too.",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>Whoever answers: this process, if it gets the vault, or the one that has it.</summary>
    public async Task<IDesk> OpenDeskAsync(ParseResult parsed, CancellationToken cancellationToken) =>
        await TakeVaultAsync(parsed, cancellationToken) is { } vault
            ? new LocalDesk(vault, clock, Notifier.Nobody)
            : new RemoteDesk(place);

    /// <summary>
    /// Opens the vault, or returns null where a process has it that answers. One that doesn't is a command that ends
    /// soon, or is about to answer: that is waited for.
    /// </summary>
    /// <exception cref="VaultException">It can't be had, or others may enter where it is.</exception>
    public async Task<OpenVault?> TakeVaultAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        place.RequireVault();
        place.Create(); // who may enter could answer in its stead, and be told secrets
        var hasTold = false;
        for (var began = clock.GetTimestamp(); ; await Task.Delay(LooksEvery, clock, cancellationToken))
        {
            if (await RemoteDesk.IsThereAsync(place, cancellationToken))
                return null;
            var isTaken = vaultPassphrase is null && IsTaken(); // nobody is asked who needs not say it
            if (!isTaken)
            {
                if (TryOpen(await ReadVaultPassphraseAsync(parsed, cancellationToken)) is { } vault)
                    return vault;
            }
            var waited = clock.GetElapsedTime(began);
            if (waited > Patience)
                throw new VaultException(VaultFault.Taken, "Another jlinx has the vault, and doesn't answer.");
            if (waited > TellsAfter && !hasTold)
                terminal.Fault("Another jlinx has the vault. Waiting until it has ended ...");
            hasTold |= waited > TellsAfter;
        }
    }

    /// <summary>
    /// Asks and returns the outcome; notes are told as they come. Who sits there and waits is told what for.
    /// </summary>
    public async Task<Reply> AskAsync(IDesk desk, Call call, CancellationToken cancellationToken)
    {
        Reply? last = null;
        await using var replies = desk.AskAsync(call, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var next = replies.MoveNextAsync().AsTask();
        if (terminal.IsInteractive && WaitsFor(call.Verb) is { } what
            && await Task.WhenAny(next, Task.Delay(TellsAfter, clock, CancellationToken.None)) != next)
        {
            terminal.Error.WriteLine(what);
        }
        for (; await next; next = replies.MoveNextAsync().AsTask())
        {
            var reply = replies.Current;
            if (reply.Note is { } note)
                terminal.Error.WriteLine(Terminal.Printable(note));
            else
                last = reply;
        }
        return last ?? Reply.Refused("There was no answer.");
    }

    private static string? WaitsFor(string verb) => verb switch
    {
        Call.Review => "Looking who offers it ...",
        Call.Add or Call.Recover => "Asking the app for the account ...",
        Call.Requests => "Asking your apps what is new ...",
        Call.Login => "Telling the app of a link ...",
        Call.Approve or Call.Reject or Call.SendProfile or Call.Destroy => "Telling the app ...",
        _ => null,
    };

    /// <summary>Opens whoever answers, asks one thing, and tells the outcome.</summary>
    public async Task<int> CarryOutAsync(
        ParseResult parsed, Call call, Action<Reply> show, CancellationToken cancellationToken)
    {
        await using var desk = await OpenDeskAsync(parsed, cancellationToken);
        return Tell(await AskAsync(desk, call, cancellationToken), show);
    }

    public int Tell(Reply reply, Action<Reply> show)
    {
        if (reply.Fault is { } fault)
        {
            terminal.Fault(fault);
            return (int)(reply.IsNothing ? Outcome.Nothing : Outcome.CouldNot);
        }
        show(reply);
        return (int)Outcome.Done;
    }

    /// <summary>Tells in words how it ended, or in JSON with the same words.</summary>
    public void Show(ParseResult parsed, Reply reply)
    {
        if (parsed.GetValue(AsJson))
            terminal.Json(new Told(reply.Text!), CommandJson.Default.Told);
        else
            terminal.Line(reply.Text!);
    }

    /// <summary>The passphrase of the vault that there is.</summary>
    public async Task<string> ReadVaultPassphraseAsync(ParseResult parsed, CancellationToken cancellationToken) =>
        vaultPassphrase ??= await ReadPassphraseAsync(parsed, "Passphrase:", cancellationToken);

    public async Task<string> ReadPassphraseAsync(
        ParseResult parsed, string question, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(PassphraseFile) is { } file)
            return (await File.ReadAllLinesAsync(file.FullName, cancellationToken)).FirstOrDefault() ?? "";
        if (Environment.GetEnvironmentVariable("JLINX_PASSPHRASE") is { Length: > 0 } passphrase)
            return passphrase;
        return await terminal.AskSecretAsync(question, cancellationToken) ?? throw new RefusedException(
            "There is no terminal to ask for the passphrase: set JLINX_PASSPHRASE, or name a --passphrase-file.");
    }

    /// <summary>A passphrase for a new vault, twice where a person types it.</summary>
    public async Task<string> ReadNewPassphraseAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var isTyped = parsed.GetValue(PassphraseFile) is null
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("JLINX_PASSPHRASE"));
        var passphrase = await ReadPassphraseAsync(parsed, "New passphrase:", cancellationToken);
        Passphrase.Require(passphrase);
        if (isTyped)
            await RequireAgainAsync(passphrase, cancellationToken);
        return passphrase;
    }

    /// <summary>Has the person type a new passphrase once more.</summary>
    public async Task RequireAgainAsync(string passphrase, CancellationToken cancellationToken)
    {
        if (await terminal.AskSecretAsync("Once more:", cancellationToken) != passphrase)
            throw new RefusedException("The two are not the same.");
    }

    private OpenVault? TryOpen(string passphrase)
    {
        try
        {
            return OpenVault.Open(place, passphrase);
        }
        catch (VaultException taken) when (taken.Fault == VaultFault.Taken)
        {
            return null;
        }
    }

    private bool IsTaken()
    {
        try
        {
            place.Take().Dispose();
            return false;
        }
        catch (VaultException taken) when (taken.Fault == VaultFault.Taken)
        {
            return true;
        }
    }
}
