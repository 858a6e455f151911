using System.Text;
using Gatehouse.Configuration;
using Gatehouse.Texts;

namespace Gatehouse.Mail.Templates;

/// <summary>
/// One family of mails: a greeting, a few sentences, at most one link, and why the mail came; as text and as HTML, in the
/// language of whom it goes to. The link stands in the text too, alone on its line.
/// </summary>
internal sealed class MailLayout(GatehouseSettings settings, Catalogue catalogue)
{
    private const int LineLength = 76; // a reader's window, a quotation mark or two, and RFC 5322's 78

    private readonly MailMarkup markup = new(settings);

    public ComposedMail Compose(string kind, Addressee to, MailContent content)
    {
        var speech = catalogue.In(Language.Find(to.Language));
        var spoken = new SpokenMail(
            speech,
            speech.Say(content.Subject),
            Greeting(to.Name, speech),
            [.. content.Paragraphs.Select(speech.Say)],
            content.Link is { } link ? (speech[link.Label], settings.UrlOf(link.Path)) : null,
            speech.Say(content.Reason),
            settings.SupportContact is { } contact ? speech.Say(new Phrase("page.questions", ("contact", contact))) : null);
        return new ComposedMail(kind, to.Address, spoken.Subject, ToText(spoken), markup.Of(spoken));
    }

    private string ToText(SpokenMail mail)
    {
        var text = new StringBuilder();
        Wrap(text, mail.Greeting).Append('\n');
        foreach (var paragraph in mail.Paragraphs)
            Wrap(text, paragraph).Append('\n');
        if (mail.Link is var (label, url))
            text.Append(label).Append('\n').Append(url).Append("\n\n");
        Wrap(text, mail.Reason);
        if (mail.Contact is { } contact)
            text.Append(contact).Append('\n');
        return text.Append("\n-- \n").Append(settings.Pages.Title).Append('\n').ToString();
    }

    /// <summary>Breaks at spaces alone: a language without them is left to the reader's program.</summary>
    private static StringBuilder Wrap(StringBuilder text, string paragraph)
    {
        var length = 0;
        foreach (var word in paragraph.Split(' '))
        {
            if (length > 0 && length + 1 + word.Length > LineLength)
            {
                text.Append('\n');
                length = 0;
            }
            else if (length > 0)
            {
                text.Append(' ');
                length++;
            }
            text.Append(word);
            length += word.Length;
        }
        return text.Append('\n');
    }

    /// <summary>
    /// A name that a mail program might turn into a link, or that runs over lines, is left out: anybody can sign a stranger
    /// up under any name, and our mails must not carry that person's message (GH-SEC-289).
    /// </summary>
    private static string Greeting(string? name, Speech speech) =>
        name is { Length: > 0 and <= 40 } && name.All(character => char.IsLetterOrDigit(character) || character is ' ' or '-' or '\'')
            ? speech.Say(new Phrase("mail.greeting_name", ("name", name)))
            : speech["mail.greeting"];
}

/// <summary>A mail in its words.</summary>
internal sealed record SpokenMail(
    Speech Speech, string Subject, string Greeting, IReadOnlyList<string> Paragraphs, (string Label, string Url)? Link, string Reason,
    string? Contact);
