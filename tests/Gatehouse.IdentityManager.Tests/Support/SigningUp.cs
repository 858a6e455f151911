using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Desk;
using Gatehouse.IdentityManager.Requests;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Tests.Support;

/// <summary>A process that makes an account, and says when it begins.</summary>
internal static class SigningUp
{
    public static async Task<int> RunAsync(string home, string link)
    {
        var vault = OpenVault.Open(new VaultPlace(home), Vaults.Passphrase);
        await using var desk = new LocalDesk(vault, TimeProvider.System, Notifier.Nobody);
        Console.WriteLine("begun");
        await foreach (var reply in desk.AskAsync(new Call(Call.Add) { Link = link }, CancellationToken.None))
            Console.WriteLine(reply.Text);
        return 0;
    }
}
