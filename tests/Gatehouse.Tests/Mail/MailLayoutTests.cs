using System.Text.RegularExpressions;
using Gatehouse.Configuration;
using Gatehouse.Mail;
using Gatehouse.Mail.Templates;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Gatehouse.Tests.Mail;

/// <summary>What a stranger chose never becomes a link, markup or a message in a mail of ours.</summary>
public sealed partial class MailLayoutTests
{
    private const string Token = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly AccountMails mails = Mails(Settings());

    [Theory]
    [InlineData("Alice")]
    [InlineData("J\u00fcrgen O'Neil-Smith")]
    [InlineData("\u5c71\u7530 \u592a\u90ce")]
    public void A_plain_name_is_greeted(string name)
    {
        var mail = mails.Verify(Alice(name), Token, Hour);

        Assert.StartsWith($"Hello {name},\n", mail.Text, StringComparison.Ordinal);
    }

    [Theory]
    [Meets("GH-SEC-289")]
    [InlineData("evil.example")]
    [InlineData("https://evil.example")]
    [InlineData("www.evil.example/x")]
    [InlineData("evil\u3002example")]
    [InlineData("mailto:eve@evil.example")]
    [InlineData("<a href=//evil>click</a>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("&lt;b&gt;")]
    [InlineData("Alice\nBcc: eve@evil.example")]
    [InlineData("\u202Eelpmaxe")]
    [InlineData("You have won, call 555 0100 now and claim the prize that is waiting")]
    [InlineData("")]
    [InlineData(null)]
    public void Any_other_is_not(string? name)
    {
        foreach (var mail in All(name))
        {
            Assert.StartsWith("Hello,\n", mail.Text, StringComparison.Ordinal);
            AssertClean(mail);
        }
    }

    [Fact]
    [Meets("GH-SEC-206", "GH-SEC-289")]
    public void No_name_at_all_gets_through_as_anything_but_a_name() => HostileText.Check(name =>
    {
        AssertClean(mails.Verify(Alice(name), Token, Hour));
        return true;
    });

    [Fact]
    [Meets("GH-SEC-291")]
    public void The_link_stands_alone_and_is_the_same_in_both_parts()
    {
        var mail = mails.Verify(Alice(), Token, Hour);

        Assert.Contains($"\nhttps://auth.example.com/auth/mail/verify/{Token}\n", mail.Text, StringComparison.Ordinal);
        Assert.Contains($"<a href=\"https://auth.example.com/auth/mail/verify/{Token}\"", mail.Html, StringComparison.Ordinal);
        Assert.Equal("alice@example.com", mail.To);
    }

    [Fact]
    public void Nothing_is_loaded_from_anywhere() => Assert.All(All("Alice"), mail =>
    {
        foreach (var word in (string[])["<img", "<script", "<link", "<iframe", "src=", "url(", "@import"])
            Assert.DoesNotContain(word, mail.Html, StringComparison.OrdinalIgnoreCase);
    });

    [Fact]
    public void The_operator_s_title_is_encoded_too()
    {
        var own = Mails(Settings(("Pages:Title", "A & B <Co>"), ("Support:Contact", "<help@example.com>")));

        var mail = own.PasswordChanged(Alice());

        Assert.Contains("A &amp; B &lt;Co&gt;", mail.Html, StringComparison.Ordinal);
        Assert.Contains("Questions? &lt;help@example.com&gt;", mail.Html, StringComparison.Ordinal);
        Assert.Contains("A & B <Co>", mail.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://auth.example.com", "/brand/logo.png", true)]
    [InlineData("https://auth.example.com", "/brand/logo.svg", false)] // mail programs show no drawing
    [InlineData("http://localhost:5000", "/brand/logo.png", false)]
    public void A_logo_is_shown_where_a_mail_program_can_load_it(string url, string logo, bool isShown)
    {
        var mail = Mails(Settings(("PublicUrl", url), ("Pages:Logo", logo), ("Pages:Title", "A \"B\""))).Reset(Alice(), Token, Hour);

        Assert.Equal(isShown, mail.Html.Contains($"<img src=\"{url}{logo}\" alt=\"A &quot;B&quot;\"", StringComparison.Ordinal));
        Assert.Equal(isShown, mail.Html.Contains("<img", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("#2f6f4f", "#ffffff")]
    [InlineData("#ffe066", "#000000")]
    public void What_stands_on_the_button_can_be_read(string accent, string letters) => Assert.Contains(
        $"background:{accent};color:{letters};", Mails(Settings(("Pages:Accent", accent))).Reset(Alice(), Token, Hour).Html,
        StringComparison.Ordinal);

    [Fact]
    public void Without_a_password_to_enter_none_is_spoken_of()
    {
        var mail = Mails(Settings(("Verification:AskPassword", "false"))).Verify(Alice(), Token, Hour);

        Assert.DoesNotContain("password", mail.Text + mail.Html, StringComparison.OrdinalIgnoreCase);
    }

    private static Addressee Alice(string? name = "Alice") => new("alice@example.com", name, Language: null);

    private static AccountMails Mails(GatehouseSettings settings) => new(new MailLayout(settings, English.Catalogue), settings);

    private ComposedMail[] All(string? name) =>
    [
        mails.Verify(Alice(name), Token, Hour), mails.AlreadyHaveAccount(Alice(name), Token, Hour),
        mails.Reset(Alice(name), Token, Hour), mails.PasswordChanged(Alice(name)),
    ];

    /// <summary>Every address that a mail program could make clickable is ours, and there is one link at most.</summary>
    private static void AssertClean(ComposedMail mail)
    {
        Assert.DoesNotContain("evil", mail.Text + mail.Html + mail.Subject, StringComparison.Ordinal);
        Assert.Single(Anchor().Matches(mail.Html));
        Assert.All(Url().Matches(mail.Text), url => Assert.StartsWith("https://auth.example.com/", url.Value, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', mail.Subject);
        Assert.DoesNotContain("<<", mail.Html, StringComparison.Ordinal);
    }

    private static GatehouseSettings Settings(params (string Key, string Value)[] settings) => SettingsReader.Read(
        new ConfigurationBuilder()
            .AddInMemoryCollection([
                KeyValuePair.Create<string, string?>("Gatehouse:PublicUrl", "https://auth.example.com"),
                KeyValuePair.Create<string, string?>("Gatehouse:Secrets:Key", Token)])
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>("Gatehouse:" + setting.Key, setting.Value)))
            .Build(),
        development: true);

    [GeneratedRegex("<a ", RegexOptions.NonBacktracking)]
    private static partial Regex Anchor();

    [GeneratedRegex(@"\S+://\S+", RegexOptions.NonBacktracking)]
    private static partial Regex Url();
}
