using System.Security.Cryptography;
using System.Text;
using Gatehouse.IdentityManager.Control;

namespace Gatehouse.IdentityManager.Ui;

/// <summary>
/// What a page shows that changes by itself, and how it was: so the page knows when it is out of date.
/// </summary>
internal sealed record Followed(string What, string State)
{
    public static Followed Of(IReadOnlyList<RequestView> requests) =>
        new("requests", Digest(requests.Select(request => $"{request.Account}/{request.Id}")));

    /// <summary>The list of all.</summary>
    public static Followed Of(IReadOnlyList<AccountView> accounts) => new("accounts", Digest(accounts.Select(Summary)));

    /// <summary>One with its history: what becomes of another doesn't matter there.</summary>
    public static Followed Of(AccountView account) =>
        new($"account {account.Number}", Digest([Summary(account), $"{account.Entries}"]));

    /// <summary>All that any page follows.</summary>
    public static IReadOnlyDictionary<string, string> All(Shown shown) =>
        shown.Accounts.Select(Of).Append(Of(shown.Accounts)).Append(Of(shown.Requests))
            .ToDictionary(followed => followed.What, followed => followed.State, StringComparer.Ordinal);

    private static string Summary(AccountView account) =>
        $"{account.Number}/{account.State}/{account.Standing}/{account.Alarm}";

    private static string Digest(IEnumerable<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));
}
