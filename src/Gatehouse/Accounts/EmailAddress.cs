using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Gatehouse.Security;

namespace Gatehouse.Accounts;

/// <summary>
/// A mail address in a narrow grammar of our own: the common addresses, each naming exactly one mailbox.
/// Promises: two addresses are equal when their keys are; a key is ASCII, so every database and culture agrees on
/// it; the key of a key is itself; <see cref="Mailbox"/> and key differ in the case of ASCII letters alone.
/// Never: quotes, comments, display names, address literals, lists, source routes, anything that becomes an "@".
/// </summary>
internal sealed record EmailAddress
{
    private const int MaxLength = 254; // RFC 5321, 4.5.3.1.3: a path of 256 octets, less its angle brackets.
    private const int MaxLocalLength = 64; // RFC 5321, 4.5.3.1.1.

    // RFC 5321's atoms, less "%", "!" (source routes to some relays), "|" and "`" (pipes and shells behind others).
    // ASCII only: beyond it an address needs SMTPUTF8 (RFC 6531) at every hop, bounces where one lacks it, and has
    // look-alikes that fold into somebody else's name (Kelvin sign, dotless i, long s).
    private static readonly SearchValues<char> LocalCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_'&=~#$*/?^{}");

    private EmailAddress(string address, string local, string domain)
    {
        Address = address;
        Mailbox = $"{local}@{domain}";
        Key = Mailbox.ToLowerInvariant();
    }

    /// <summary>As typed, without the white space around it: what the customer is shown.</summary>
    public string Address { get; }

    /// <summary>
    /// What SMTP is given: the local part as typed, the domain in A-labels. Mail never goes to a spelling that is
    /// merely equal under some folding.
    /// </summary>
    public string Mailbox { get; }

    /// <summary>What uniqueness, look-up and limits go by: <see cref="Mailbox"/> in lower case.</summary>
    public string Key { get; }

    public string LocalPart => Mailbox[..Mailbox.IndexOf('@')];

    public static bool TryParse(string? text, [NotNullWhen(true)] out EmailAddress? email)
    {
        email = null;
        if (text is null || TextRules.HasControl(text))
            return false;
        var address = text.Trim();
        var at = address.IndexOf('@');
        if (at < 0 || address.Length > MaxLength)
            return false;
        var local = address[..at];
        if (!IsLocalPart(local) || !MailDomain.TryParse(address[(at + 1)..], out var domain))
            return false;
        // Once more: A-labels are longer than what was typed.
        if (local.Length + 1 + domain.Length > MaxLength)
            return false;
        email = new EmailAddress(address, local, domain);
        return true;
    }

    public bool Equals(EmailAddress? other) =>
        other is not null && string.Equals(Key, other.Key, StringComparison.Ordinal);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Key);

    /// <summary>Masked, so that an address in a log by mistake is not an address in a log.</summary>
    public override string ToString() => $"{Key[0]}***{Key[Key.IndexOf('@')..]}";

    private static bool IsLocalPart(ReadOnlySpan<char> local) =>
        local.Length is > 0 and <= MaxLocalLength
        && !local.ContainsAnyExcept(LocalCharacters)
        && local[0] != '.' && local[^1] != '.'
        && !local.Contains("..", StringComparison.Ordinal)
        && !local.Contains("=?", StringComparison.Ordinal); // RFC 2047: an encoded word decodes to another address.
}
