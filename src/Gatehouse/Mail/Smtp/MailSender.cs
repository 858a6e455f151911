using System.Diagnostics.CodeAnalysis;

namespace Gatehouse.Mail.Smtp;

/// <summary>The operator's <c>Mail:From</c>: <c>name@host</c>, <c>Name &lt;name@host&gt;</c> or
/// <c>"Name, Ltd." &lt;name@host&gt;</c>. The address is ASCII, so that it works with every server.</summary>
internal sealed record MailSender
{
    private MailSender(string name, SmtpAddress address)
    {
        Name = name;
        Address = address;
    }

    /// <summary>Empty when there is none.</summary>
    public string Name { get; }

    public SmtpAddress Address { get; }

    public static bool TryParse(string? text, [NotNullWhen(true)] out MailSender? sender)
    {
        sender = null;
        var (name, address) = Split(text?.Trim() ?? "");
        if (name.Any(char.IsControl) || !SmtpAddress.TryParse(address, out var parsed) || parsed.NeedsUtf8)
            return false;
        sender = new MailSender(name, parsed);
        return true;
    }

    private static (string Name, string Address) Split(string text)
    {
        var open = text.LastIndexOf('<');
        return open >= 0 && text.EndsWith('>') ? (Unquote(text[..open].Trim()), text[(open + 1)..^1]) : ("", text);
    }

    private static string Unquote(string name) =>
        name.Length >= 2 && name.StartsWith('"') && name.EndsWith('"') ? name[1..^1] : name;
}
