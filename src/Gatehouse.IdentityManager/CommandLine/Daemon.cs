using System.CommandLine;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Desk;
using Gatehouse.IdentityManager.Requests;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.CommandLine;

/// <summary>
/// Has the vault for long: keeps all accounts connected, and answers the commands of other processes.
/// </summary>
internal sealed class Daemon : IAsyncDisposable
{
    private readonly LocalDesk desk;
    private readonly ControlServer server;

    private Daemon(LocalDesk desk, ControlServer server)
    {
        this.desk = desk;
        this.server = server;
    }

    /// <summary>Null where another process has the vault, and answers.</summary>
    /// <exception cref="VaultException">The vault can't be had.</exception>
    public static async Task<Daemon?> TryStartAsync(
        VerbContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (await context.TakeVaultAsync(parsed, cancellationToken) is not { } vault)
            return null;
        var opened = new LocalDesk(vault, context.Clock, new Notifier(context.Clock).OnDesktop);
        try
        {
            await opened.StartAsync(cancellationToken);
            return new Daemon(opened, ControlServer.Open(context.Place, opened));
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whom to ask: it, or the other process.</summary>
    public static IDesk DeskOf(Daemon? daemon, VerbContext context) =>
        daemon is null ? new RemoteDesk(context.Place) : daemon.desk;

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await desk.DisposeAsync();
    }
}
