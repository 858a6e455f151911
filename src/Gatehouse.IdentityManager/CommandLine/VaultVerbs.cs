using System.CommandLine;
using Gatehouse.IdentityManager.Accounts;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Recovery;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.CommandLine;

/// <summary>Makes the vault, copies it, brings a copy back.</summary>
internal static class VaultVerbs
{
    public static Verb Init(VerbContext context)
    {
        var verb = new Verb("init", "Makes your vault, and shows your recovery key, once.", "init");
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            context.Place.RequireNone();
            var passphrase = await context.ReadNewPassphraseAsync(parsed, cancellationToken);
            using var key = RecoveryWords.Generate(out var words);
            var first = AccountShelf.PutRecoveryKey(new VaultBatch(), key.PublicKey.ToArray());
            OpenVault.Create(context.Place, passphrase, context.Cost, first).Dispose();
            if (parsed.GetValue(context.AsJson))
            {
                context.Terminal.Json(new NewVault(context.Place.Home, words), CommandJson.Default.NewVault);
                return (int)Outcome.Done;
            }
            context.Terminal.Line($"Your vault is in {context.Place.Home}.");
            context.Terminal.Line("");
            context.Terminal.Line($"Recovery key:  {words}");
            context.Terminal.Line("");
            context.Terminal.Line("Write it on paper and keep it apart from this machine. It isn't stored anywhere,");
            context.Terminal.Line("and isn't shown again. With it and a backup you take your accounts back from");
            context.Terminal.Line("whoever stole this vault. Make a backup after each new account: jlinx backup FILE");
            return (int)Outcome.Done;
        });
        return verb;
    }

    public static Verb Backup(VerbContext context)
    {
        var file = BackupFile("The file to make. It is encrypted as the vault is.");
        var verb = new Verb("backup", "Copies the vault into one file.", "backup /media/stick/jlinx-2026-11-20")
        {
            file,
        };
        verb.SetAction((parsed, cancellationToken) => context.CarryOutAsync(
            parsed, new Call(Call.Backup) { File = parsed.GetRequiredValue(file).FullName },
            reply => context.Show(parsed, reply), cancellationToken));
        return verb;
    }

    public static Verb Restore(VerbContext context)
    {
        var file = BackupFile("A backup.");
        var verb = new Verb("restore", "Brings a backup back, where no vault is.", "restore jlinx-2026-11-20") { file };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            context.Place.RequireNone(); // before anybody types a passphrase in vain
            var passphrase = await context.ReadPassphraseAsync(parsed, "Passphrase of the backup:", cancellationToken);
            OpenVault.Restore(context.Place, parsed.GetRequiredValue(file).FullName, passphrase).Dispose();
            context.Show(parsed, new Reply
            {
                Text = "Restored. Each account is written again once its app has sent what the backup lacks: 'jlinx watch'.",
            });
            return (int)Outcome.Done;
        });
        return verb;
    }

    public static Verb Passphrase(VerbContext context)
    {
        var to = new Option<FileInfo?>("--new-passphrase-file")
        {
            Description = "Reads the new passphrase from the first line of a file.",
            HelpName = "FILE",
        };
        var verb = new Verb("passphrase", "Changes the vault's passphrase.", "passphrase") { to };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            await using var desk = await context.OpenDeskAsync(parsed, cancellationToken);
            var call = new Call(Call.ChangePassphrase)
            {
                Passphrase = await context.ReadVaultPassphraseAsync(parsed, cancellationToken),
            };
            var check = await context.AskAsync(desk, call, cancellationToken);
            if (check.Fault is not null) // before anybody types a new one in vain
                return context.Tell(check, _ => { });
            var passphrase = parsed.GetValue(to) is { } given
                ? (await File.ReadAllLinesAsync(given.FullName, cancellationToken)).FirstOrDefault() ?? ""
                : await context.Terminal.AskSecretAsync("New passphrase:", cancellationToken)
                    ?? throw new RefusedException("There is no terminal to ask: name a --new-passphrase-file.");
            Vault.Passphrase.Require(passphrase);
            if (parsed.GetValue(to) is null)
                await context.RequireAgainAsync(passphrase, cancellationToken);
            return context.Tell(
                await context.AskAsync(desk, call with { Secret = passphrase }, cancellationToken),
                reply => context.Show(parsed, reply));
        });
        return verb;
    }

    private static Argument<FileInfo> BackupFile(string description) => new("file") { Description = description };
}
