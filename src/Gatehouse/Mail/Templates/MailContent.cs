using Gatehouse.Texts;

namespace Gatehouse.Mail.Templates;

/// <summary>Whom a mail goes to.</summary>
/// <param name="Name">How the customer calls themselves; null where the mailbox may be another's.</param>
/// <param name="Language">The tag of what it is written in; null: the site's language.</param>
internal sealed record Addressee(string Address, string? Name, string? Language)
{
    public override string ToString() => nameof(Addressee);
}

/// <summary>What a mail says, in no language yet.</summary>
/// <param name="Reason">Why this mail came, for the one who didn't expect it.</param>
internal sealed record MailContent(Phrase Subject, IReadOnlyList<Phrase> Paragraphs, MailLink? Link, Phrase Reason);

/// <param name="Label">The key of what its button says.</param>
/// <param name="Path">Where it leads, at our own address.</param>
internal sealed record MailLink(string Label, string Path);
