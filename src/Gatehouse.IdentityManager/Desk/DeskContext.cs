using System.Globalization;
using Gatehouse.IdentityManager.Accounts;

namespace Gatehouse.IdentityManager.Desk;

/// <summary>What every answer needs: the accounts, the profile, and whom to tell what happens meanwhile.</summary>
internal sealed record DeskContext(AccountAgents Agents, ProfileBook Profile, SemaphoreSlim Making)
{
    public AccountShelf Shelf => Agents.Shelf;

    public TimeProvider Clock => Agents.Context.Clock;

    /// <summary>The account that is meant: by its number, or by the origin or host of the only one there.</summary>
    /// <exception cref="AgentException">There is none, or several.</exception>
    public AccountRecord Find(string? named, bool mustLive = true)
    {
        var accounts = Shelf.Accounts();
        if (TryReadNumber(named, out var number))
        {
            var numbered = accounts.FirstOrDefault(account => account.Number == number)
                ?? throw new NothingException("There is no account of that number.");
            return mustLive && numbered.State == Control.AccountState.Destroyed
                ? throw new NothingException("That account was destroyed.")
                : numbered;
        }
        var found = accounts.Where(account => account.State != Control.AccountState.Destroyed
            && IsNamed(named, account.Number, account.Origin, account.AppAccount)).ToList();
        return found switch
        {
            [var only] => only,
            [] => throw new NothingException("There is no such account. 'jlinx accounts' shows what there is."),
            _ => throw new NothingException("There are several accounts there: name one by its number."),
        };
    }

    /// <summary>Whether an account is meant, or one of those that are: a number is never an origin's.</summary>
    public static bool IsNamed(string? named, int number, string origin, string id) => TryReadNumber(named, out var given)
        ? given == number
        : named == origin || named == id || named == new Uri(origin).Authority;

    /// <summary>Whether it is the number of an account, if there is one.</summary>
    public static bool TryReadNumber(string? text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    public async Task<AccountAgent> FindAgentAsync(string? named, CancellationToken cancellationToken) =>
        await Agents.StartAsync(Find(named), cancellationToken);
}

/// <summary>What was named isn't there; nothing was done. The message is for the person.</summary>
internal sealed class NothingException(string message) : Exception(message);
