using Gatehouse.Accounts;
using Gatehouse.Security;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Accounts;

public sealed class NewPasswordTests
{
    private static readonly PasswordPolicy Policy = new();
    private static readonly PasswordContext Nobody = new(null, null, null, null);
    private static readonly PasswordContext Alice =
        Context("Alice.Smith@Example.com", "wonderland", "login.acme-shop.example", "The Shop");

    [Theory]
    [Meets("GH-SEC-029")]
    [InlineData("plainlowercaseletters")]
    [InlineData("834729105837462")]
    [InlineData("words with spaces inside")]
    [InlineData("\U0001F431\U0001F680\U0001F355\U0001F30D\U0001F3B8\U0001F984\U0001F35C\U0001F511")]
    [InlineData(" h8d.k\0ls ")]
    [InlineData("\u043F\u0430\u0440\u043E\u043B\u0435\u043C\u044B\u0441\u043B")]
    public void There_is_no_rule_of_composition(string typed)
    {
        Assert.True(NewPassword.TryParse(typed, Policy, Alice, out var password, out _));
        Assert.Equal(typed, password.Reveal());
    }

    [Fact]
    [Meets("GH-SEC-027")]
    public void Length_is_counted_in_code_points_after_normalising()
    {
        Assert.Equal(PasswordFault.TooShort(8), Fault(null));
        Assert.Equal(PasswordFault.TooShort(8), Fault("h8d.kls"));
        Assert.Equal(PasswordFault.TooShort(8), Fault("\U0001F431\U0001F680\U0001F355\U0001F30D"));
        Assert.Equal(PasswordFault.TooShort(8), Fault("a\u0308o\u0308u\u0308x\u0308")); // Eight typed make five
        Assert.Null(Fault("h8d.klsz"));
        Assert.Null(Fault(new string('x', 64)));
        Assert.Null(Fault(new string('x', 256)));
        Assert.Equal(PasswordFault.TooLong, Fault(new string('x', 257)));
        Assert.Equal(PasswordFault.TooLong, Fault(new string('x', 60_000)));
        Assert.Null(Fault(string.Concat(Enumerable.Repeat("\U0001F600", 256))));
        Assert.Equal(PasswordFault.TooShort(15), Fault("fourteen-chars", new PasswordPolicy(15)));
        Assert.Contains("15", English.Say(PasswordFault.TooShort(15).Sentence), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_text_is_refused()
    {
        foreach (var typed in new[] { "surrogate \uD800 alone", "surrogate \uDC00 alone", "not a character \uFFFE" })
            Assert.Equal(PasswordFault.NotText, Fault(typed));
    }

    [Theory]
    [Meets("GH-SEC-030")]
    [InlineData("password")]
    [InlineData("PassWord1")]
    [InlineData("  password  ")]
    [InlineData("\uFF50\uFF41\uFF53\uFF53\uFF57\uFF4F\uFF52\uFF44")]
    [InlineData("pa\u017F\u017Fword")]
    [InlineData("ABCDEFGH")]
    [InlineData("Qwertyuiop")]
    public void Common_passwords_are_refused_in_every_spelling(string typed) =>
        Assert.Equal(PasswordFault.TooCommon, Fault(typed));

    [Theory]
    [Meets("GH-SEC-031")]
    [InlineData("alice.smith@example.com")]
    [InlineData("my ALICE.SMITH@EXAMPLE.COM is it")]
    [InlineData("alice.smith")]
    [InlineData("Alice.Smith1987!")]
    [InlineData("...alicesmith...")]
    [InlineData("1-Alice-Smith-2")]
    [InlineData("htims.ecila")]
    [InlineData("moc.elpmaxe@htims.ecila")]
    [InlineData("\uFF41lice.smith99")]
    public void The_address_and_its_local_part_are_refused_in_any_dress(string typed) =>
        Assert.Equal(PasswordFault.ContainsEmail, Fault(typed, Alice));

    [Theory]
    [Meets("GH-SEC-031")]
    [InlineData("wonderland")]
    [InlineData("WonderLand2026")]
    [InlineData("in wonderland we trust")]
    [InlineData("dnalrednow!")]
    public void The_username_is_refused(string typed) =>
        Assert.Equal(PasswordFault.ContainsUsername, Fault(typed, Alice));

    [Theory]
    [Meets("GH-SEC-031")]
    [InlineData("gatehouse")]
    [InlineData("Gatehouse2026")]
    [InlineData("esuohetag")]
    [InlineData("my gatehouse key")]
    [InlineData("login.acme-shop.example")]
    [InlineData("acme-shop!")]
    [InlineData("12acmeshop34")]
    [InlineData("pohsemca99")]
    [InlineData("the shop rules")]
    [InlineData("theshop1")]
    public void The_names_of_the_site_are_refused(string typed) =>
        Assert.Equal(PasswordFault.ContainsSiteName, Fault(typed, Alice));

    [Theory]
    [InlineData("alicia's smithy")]
    [InlineData("a shopping list for acme")]
    [InlineData("log in, please")]
    public void Words_that_are_merely_alike_are_not(string typed) => Assert.Null(Fault(typed, Alice));

    [Fact]
    public void A_short_local_part_or_username_is_only_refused_as_the_whole_password()
    {
        var al = Context("al@example.com", "bo3", null, null);

        Assert.Null(Fault("normal albatross", al));
        Assert.Null(Fault("robot bo3 rocket", al));
        Assert.Equal(PasswordFault.ContainsEmail, Fault("al8351!!", al));
        Assert.Equal(PasswordFault.ContainsEmail, Fault("2026..LA!", al));
        Assert.Equal(PasswordFault.ContainsUsername, Fault("77-bo-77", al));
    }

    [Fact]
    public void A_local_part_of_digits_does_not_forbid_digits()
    {
        var digits = Context("12@example.com", null, "127.0.0.1", "");

        Assert.Null(Fault("834729105837462", digits));
        Assert.Equal(PasswordFault.ContainsSiteName, Fault("at 127.0.0.1!", digits));
    }

    [Fact]
    public void An_international_domain_is_refused_as_typed_and_as_A_labels()
    {
        var context = Context("bo@m\u00FCller.de", null, null, null);

        Assert.Equal(PasswordFault.ContainsEmail, Fault("is bo@MU\u0308LLER.de", context));
        Assert.Equal(PasswordFault.ContainsEmail, Fault("is bo@xn--mller-kva.de", context));
    }

    [Fact]
    public void An_operators_pattern_is_asked()
    {
        Assert.True(OperatorPattern.TryParse("[0-9]", out var pattern));
        var policy = new PasswordPolicy(8, pattern);

        Assert.Equal(PasswordFault.PatternMismatch, Fault("correct horse", policy));
        Assert.Null(Fault("correct horse 7", policy));
    }

    [Theory]
    [Meets("GH-SEC-027")]
    [InlineData(7)]
    [InlineData(257)]
    public void A_policy_has_bounds(int minLength) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new PasswordPolicy(minLength));

    [Fact]
    [Meets("GH-SEC-032")]
    public void It_is_never_printed_and_no_fault_echoes_it()
    {
        Assert.True(NewPassword.TryParse("correct horse", Policy, Nobody, out var password, out _));
        Assert.Equal("[password]", $"{password}");
        Assert.DoesNotContain("alice", English.Say(Fault("alice.smith", Alice)!.Sentence), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Any_text_is_answered_and_what_may_be_set_can_be_presented() => HostileText.Check(text =>
        !NewPassword.TryParse(text, Policy, Alice, out var password, out _)
        || (PresentedPassword.TryParse(text, out var presented) && Equals(presented.Reveal(), password.Reveal())));

    private static PasswordFault? Fault(string? typed) => Fault(typed, Policy, Nobody);

    private static PasswordFault? Fault(string? typed, PasswordPolicy policy) => Fault(typed, policy, Nobody);

    private static PasswordFault? Fault(string? typed, PasswordContext context) => Fault(typed, Policy, context);

    private static PasswordFault? Fault(string? typed, PasswordPolicy policy, PasswordContext context)
    {
        var accepted = NewPassword.TryParse(typed, policy, context, out var password, out var fault);
        Assert.Equal(accepted, password is not null);
        Assert.Equal(accepted, fault is null);
        return fault;
    }

    private static PasswordContext Context(string email, string? username, string? host, string? title)
    {
        Assert.True(EmailAddress.TryParse(email, out var address));
        Assert.True(OperatorPattern.TryParse(Username.DefaultPattern, out var pattern));
        Username? handle = null;
        Assert.True(username is null || Username.TryParse(username, pattern, out handle));
        return new PasswordContext(address, handle, host, title);
    }
}
