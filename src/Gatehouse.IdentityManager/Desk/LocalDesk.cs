using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Gatehouse.IdentityManager.Accounts;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Network;
using Gatehouse.IdentityManager.Requests;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Desk;

/// <summary>Answers calls in the process that has the vault.</summary>
internal sealed class LocalDesk : IDesk
{
    private readonly OpenVault vault;
    private readonly AccountAgents agents;
    private readonly DeskContext context;
    private readonly SemaphoreSlim making = new(1);

    public LocalDesk(OpenVault vault, TimeProvider clock, Action<RequestRecord> asked)
    {
        this.vault = vault;
        agents = new AccountAgents(vault, new AgentContext(clock, Bulletin, asked));
        context = new DeskContext(agents, new ProfileBook(vault, clock), making);
    }

    /// <summary>Tells that something changed: a request, an account.</summary>
    public Bulletin Bulletin { get; } = new();

    /// <summary>Connects all accounts, and keeps them connected.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => agents.StartAllAsync(cancellationToken);

    public async IAsyncEnumerable<Reply> AskAsync(
        Call call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (call.Verb == Call.Watch)
        {
            await foreach (var reply in WatchAsync(cancellationToken))
                yield return reply;
            yield break;
        }
        var notes = Channel.CreateUnbounded<Reply>();
        var answering = AnswerAsync(call, notes.Writer, cancellationToken);
        await foreach (var note in notes.Reader.ReadAllAsync(CancellationToken.None))
            yield return note;
        yield return await answering;
    }

    public async ValueTask DisposeAsync()
    {
        await agents.DisposeAsync();
        context.Profile.Dispose();
        making.Dispose();
        vault.Dispose();
    }

    private async Task<Reply> AnswerAsync(Call call, ChannelWriter<Reply> notes, CancellationToken cancellationToken)
    {
        try
        {
            return await AnswerAsync(call, note => notes.TryWrite(note), cancellationToken);
        }
        catch (NothingException nothing)
        {
            return Reply.Nothing(nothing.Message);
        }
        catch (Exception refused) when (refused is AppException or AgentException or VaultException or IOException
            or InvalidDataException or JsonException or UnauthorizedAccessException)
        {
            return Reply.Refused(refused.Message);
        }
        finally
        {
            notes.Complete();
        }
    }

    private async Task<Reply> AnswerAsync(Call call, Action<Reply> note, CancellationToken cancellationToken)
    {
        switch (call.Verb)
        {
            case Call.Accounts:
                return new Reply { Accounts = Looking.Accounts(context) };
            case Call.Requests:
                return await Answering.ListAsync(context, note, cancellationToken);
            case Call.Review:
                return await SigningUp.ReviewAsync(context, call, cancellationToken);
            case Call.Add:
                return await SigningUp.AddAsync(context, call, note, cancellationToken);
            case Call.Recover:
                return await SigningUp.RecoverAsync(context, call, note, cancellationToken);
            case Call.Approve:
                return await Answering.ApproveAsync(context, call, cancellationToken);
            case Call.Reject:
                return await Answering.RejectAsync(context, call, cancellationToken);
            case Call.Login:
                return await Using.LogInAsync(context, call, cancellationToken);
            case Call.SendProfile:
                return await Using.SendProfileAsync(context, call, cancellationToken);
            case Call.Destroy:
                return await Using.DestroyAsync(context, call, cancellationToken);
            case Call.Dismiss:
                return await Using.DismissAsync(context, call, cancellationToken);
            case Call.Log:
                return await Looking.LogAsync(context, call, cancellationToken);
            case Call.Profile:
                return new Reply { Profile = await context.Profile.ReadAsync(cancellationToken) };
            case Call.SetProfile:
                return await context.Profile.SetAsync(call.Key ?? "", call.Value, cancellationToken) is { } fault
                    ? Reply.Refused(fault)
                    : new Reply { Profile = await context.Profile.ReadAsync(cancellationToken) };
            case Call.Backup:
                vault.Export(call.File ?? throw new AgentException("A backup needs the name of a file."));
                return new Reply { Text = "The backup is made. It opens with today's passphrase." };
            case Call.ChangePassphrase:
                return ChangePassphrase(call);
            default:
                return Reply.Refused("This jlinx doesn't know that command: it is of another release.");
        }
    }

    private Reply ChangePassphrase(Call call)
    {
        if (!vault.IsPassphrase(call.Passphrase ?? ""))
            return Reply.Refused("The passphrase is wrong.");
        if (call.Secret is null)
            return new Reply { Text = "That is the passphrase." };
        var isOldGone = vault.ChangePassphrase(Passphrase.Require(call.Secret), VaultCost.Usual);
        return new Reply
        {
            Text = "The passphrase is changed. Older backups keep theirs."
                + (isOldGone ? "" : " What the disk keeps of the old file could not be written over."),
        };
    }

    private async IAsyncEnumerable<Reply> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await agents.StartAllAsync(cancellationToken);
        while (true)
        {
            var change = Bulletin.Next;
            yield return new Reply { Requests = Answering.Open(context), Accounts = Looking.Accounts(context) };
            try
            {
                await change.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                yield break;
            }
        }
    }
}
