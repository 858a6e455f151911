using System.Text.RegularExpressions;
using Gatehouse.Configuration;
using Gatehouse.Mail;
using Gatehouse.Mail.Templates;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;
using Gatehouse.Texts;
using Microsoft.Extensions.Configuration;

namespace Gatehouse.Tests.Mail;

/// <summary>Every kind of mail in every language. With GATEHOUSE_MAILS_TO set to a folder, they are written there to be looked at.</summary>
public sealed partial class MailLanguageTests
{
    private const string Token = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    private const string Firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly long At = UnixMicros.Of(new DateTimeOffset(2026, 3, 7, 9, 5, 59, TimeSpan.Zero));
    private static readonly string[] WithoutLink = ["email_change_asked", "good_bye"];

    private static readonly GatehouseSettings Settings = SettingsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(
    [
        KeyValuePair.Create<string, string?>("Gatehouse:PublicUrl", "https://auth.example.com"),
        KeyValuePair.Create<string, string?>("Gatehouse:Secrets:Key", App.Key),
        KeyValuePair.Create<string, string?>("Gatehouse:Pages:Title", "Example"),
        KeyValuePair.Create<string, string?>("Gatehouse:Support:Contact", "help@example.com"),
    ]).Build(), development: true);

    public static TheoryData<string> Languages => [.. Language.All.Select(language => language.Tag)];

    [Theory]
    [MemberData(nameof(Languages))]
    public void Every_mail_is_whole_in_every_language(string tag)
    {
        var speech = English.Catalogue.In(Language.Named(tag));
        var mails = All(tag);

        Assert.Equal(10, mails.Select(mail => mail.Kind).Distinct(StringComparer.Ordinal).Count());
        Assert.All(mails, mail =>
        {
            var hasLink = !WithoutLink.Contains(mail.Kind, StringComparer.Ordinal);
            var markup = Style().Replace(mail.Html, "");
            Assert.Equal(hasLink ? 1 : 0, Anchor().Count(mail.Html));
            Assert.Equal(hasLink ? 1 : 0, AloneOnItsLine().Count(mail.Text));
            Assert.Matches(Reason(), mail.Html);
            Assert.Contains(speech.Say(new Phrase("page.questions", ("contact", "help@example.com"))), mail.Text, StringComparison.Ordinal);
            Assert.DoesNotContain('{', mail.Subject + mail.Text + markup);
            Assert.DoesNotContain('\n', mail.Subject);
            Assert.StartsWith($"<!doctype html><html lang=\"{tag}\" dir=\"{(tag == "ar" ? "rtl" : "ltr")}\">", mail.Html, StringComparison.Ordinal);
            Assert.Contains("@media (prefers-color-scheme:dark)", mail.Html, StringComparison.Ordinal);
            Assert.Contains("Example", mail.Subject, StringComparison.Ordinal);
        });
        Write(tag, mails);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void A_login_is_told_with_its_program_address_and_time(string tag)
    {
        var mail = All(tag).Single(mail => mail.Kind == "new_device");

        foreach (var part in (string[])["Firefox", "Linux", "198.51.100.7", "2026-03-07 09:05 UTC"])
            Assert.Contains(part, mail.Text.Replace('\n', ' '), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void Lines_break_at_spaces_before_they_get_long(string tag) => Assert.All(All(tag), mail => Assert.All(
        mail.Text.Split('\n'), line => Assert.True(
            line.Length <= 78 || line.StartsWith("https://", StringComparison.Ordinal) || line.Split(' ').Any(word => word.Length > 30), line)));

    [Fact]
    public void No_mail_leaves_a_sentence_in_English()
    {
        var english = All("en").ToDictionary(mail => mail.Kind, StringComparer.Ordinal);
        foreach (var language in Language.All.Where(language => language != Language.English))
        {
            Assert.All(All(language.Tag), mail =>
            {
                Assert.NotEqual(english[mail.Kind].Subject, mail.Subject, StringComparer.Ordinal);
                Assert.Empty(Paragraphs(mail).Intersect(Paragraphs(english[mail.Kind]), StringComparer.Ordinal));
            });
        }
    }

    [Fact]
    public void Who_told_no_language_is_written_to_in_that_of_the_site()
    {
        var catalogue = new Catalogue(Language.Named("ja")!, English.NoOwnTexts);
        var mails = new AccountMails(new MailLayout(Settings, catalogue), Settings);

        Assert.Contains("lang=\"ja\"", mails.GoodBye(new Addressee("a@example.com", null, null)).Html, StringComparison.Ordinal);
        Assert.Contains("lang=\"ja\"", mails.GoodBye(new Addressee("a@example.com", null, "xx")).Html, StringComparison.Ordinal);
        Assert.Contains("lang=\"es\"", mails.GoodBye(new Addressee("a@example.com", null, "es")).Html, StringComparison.Ordinal);
    }

    private static ComposedMail[] All(string tag)
    {
        var mails = new AccountMails(new MailLayout(Settings, English.Catalogue), Settings);
        var to = new Addressee("alice@example.com", "Alice", tag);
        var client = ClientName.Of(Firefox);
        return
        [
            mails.Verify(to, Token, TimeSpan.FromHours(24)), mails.AlreadyHaveAccount(to, Token, Hour), mails.Reset(to, Token, Hour),
            mails.PasswordChanged(to), mails.NewDevice(to, client, "198.51.100.7", At), mails.LogInAfterFailures(to, client, null, At),
            mails.ConfirmNewEmail(to, Token, Hour), mails.EmailChangeAsked(to), mails.EmailChanged(to, Token, TimeSpan.FromHours(72)),
            mails.GoodBye(to),
        ];
    }

    /// <summary>The sentences: what has a space and isn't an address.</summary>
    private static IEnumerable<string> Paragraphs(ComposedMail mail) => mail.Text.Split("\n\n")
        .Where(text => text.Contains(' ', StringComparison.Ordinal) && !text.StartsWith("-- ", StringComparison.Ordinal));

    private static void Write(string tag, IEnumerable<ComposedMail> mails)
    {
        if (Environment.GetEnvironmentVariable("GATEHOUSE_MAILS_TO") is not { Length: > 0 } folder)
            return;
        Directory.CreateDirectory(folder);
        foreach (var mail in mails)
        {
            File.WriteAllText(Path.Combine(folder, $"{mail.Kind}.{tag}.html"), mail.Html);
            File.WriteAllText(Path.Combine(folder, $"{mail.Kind}.{tag}.txt"), $"{mail.Subject}\n\n{mail.Text}");
        }
    }

    [GeneratedRegex("<a ", RegexOptions.NonBacktracking)]
    private static partial Regex Anchor();

    [GeneratedRegex(@"^https://auth\.example\.com/\S+$", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex AloneOnItsLine();

    [GeneratedRegex("<p class=\"soft\"[^>]*border-top[^>]*>[^<]{20,}<br>[^<]+</p>", RegexOptions.NonBacktracking)]
    private static partial Regex Reason();

    [GeneratedRegex("<style>.*?</style>", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Style();
}
