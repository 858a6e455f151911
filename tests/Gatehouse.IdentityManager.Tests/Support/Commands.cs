using Gatehouse.IdentityManager.CommandLine;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Tests.Support;

/// <summary>What a command said and how it ended.</summary>
internal sealed record Said(int Code, string Out, string Error);

/// <summary>Runs commands as a script does: nobody is there to be asked, and the passphrase is in a file.</summary>
internal static class Commands
{
    public static Task<Said> RunAsync(
        VaultPlace place, string passphrase, CancellationToken cancellationToken, params string[] arguments) =>
        RunAsync(place, passphrase, _ => { }, cancellationToken, arguments);

    /// <param name="heard">Told each line on stderr as it comes.</param>
    public static async Task<Said> RunAsync(
        VaultPlace place, string passphrase, Action<string> heard, CancellationToken cancellationToken,
        params string[] arguments)
    {
        var file = Path.Combine(place.Home, $"passphrase-{Guid.CreateVersion7()}");
        await File.WriteAllTextAsync(file, passphrase, cancellationToken);
        using var output = new StringWriter();
        using var error = new Listener(heard);
        var terminal = new Terminal(output, error, Answers: null);
        var context = new VerbContext(terminal, TimeProvider.System, place, Vaults.Cheap);
        var code = await Verbs.RunAsync([.. arguments, "--passphrase-file", file], context, cancellationToken);
        return new Said(code, output.ToString(), error.ToString());
    }

    public static Task<Said> RunAsync(VaultPlace place, params string[] arguments) =>
        RunAsync(place, Vaults.Passphrase, CancellationToken.None, arguments);

    private sealed class Listener(Action<string> heard) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            heard(value ?? "");
        }
    }
}
