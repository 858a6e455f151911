using System.Text;
using Gatehouse.Accounts;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Accounts;

public sealed class EmailAddressTests
{
    private static readonly string Label63 = new('d', 63);

    // 64 + 1 + 189 = 254: the longest address there is.
    private static readonly string Longest = $"{new string('l', 64)}@{Label63}.{Label63}.{new string('e', 57)}.com";

    [Theory]
    [InlineData("alice@example.com", "alice@example.com")]
    [InlineData("  Alice@Example.COM ", "alice@example.com")]
    [InlineData("ALICE.O'Neil+Tag@EXAMPLE.com", "alice.o'neil+tag@example.com")]
    [InlineData("I@INFO.com", "i@info.com")]
    [InlineData("a@b.c", "a@b.c")]
    [InlineData("_-@x-1.example.co.uk", "_-@x-1.example.co.uk")]
    [InlineData("a@m\u00FCller.de", "a@xn--mller-kva.de")]
    [InlineData("a@mu\u0308ller.de", "a@xn--mller-kva.de")]
    [InlineData("a@M\u00DCLLER.de", "a@xn--mller-kva.de")]
    [InlineData("a@XN--MLLER-KVA.de", "a@xn--mller-kva.de")]
    [InlineData("a@fa\u00DF.de", "a@xn--fa-hia.de")]
    [InlineData("a@\u4F8B\u3048.\u30C6\u30B9\u30C8", "a@xn--r8jz45g.xn--zckzah")]
    [InlineData("a@\u4F8B\u3048\u3002\u30C6\u30B9\u30C8", "a@xn--r8jz45g.xn--zckzah")]
    [InlineData("a@\u05D0\u05D1.com", "a@xn--4dbc.com")]
    [InlineData("a@\u2615.com", "a@xn--53h.com")] // An emoji domain: some registries sell them.
    [InlineData("a@\u13A0\u13A1.com", "a@xn--58dc.com")] // Cherokee, whose "lower case" came after its names.
    [InlineData("a@\uFF45xample.com", "a@example.com")] // IDNA: full-width letters name the same host.
    [InlineData("a@\u212Aelvin.com", "a@kelvin.com")] // Likewise the Kelvin sign: one host, one mailbox, one key.
    public void An_address_is_accepted_under_one_key(string typed, string key)
    {
        Assert.True(EmailAddress.TryParse(typed, out var email));
        Assert.Equal(key, email.Key);
        Assert.Equal(typed.Trim(), email.Address);
    }

    [Theory]
    [Meets("GH-SEC-234", "GH-SEC-235")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("alice")]
    [InlineData("@")]
    [InlineData("@example.com")]
    [InlineData("alice@")]
    [InlineData("a@b@example.com")]
    [InlineData("a@localhost")]
    [InlineData("a@example.com.")]
    [InlineData("a@.example.com")]
    [InlineData("a@example..com")]
    [InlineData("a@-example.com")]
    [InlineData("a@example-.com")]
    [InlineData("a@ex_ample.com")]
    [InlineData("a@ab--cd.com")]
    [InlineData(".a@example.com")]
    [InlineData("a.@example.com")]
    [InlineData("a..b@example.com")]
    [InlineData("a b@example.com")]
    [InlineData("a@exa mple.com")]
    [InlineData("\"a b\"@example.com")]
    [InlineData("\"a\"@example.com")]
    [InlineData("a(comment)@example.com")]
    [InlineData("a@example.com (comment)")]
    [InlineData("Alice <a@example.com>")]
    [InlineData("<a@example.com>")]
    [InlineData("a@example.com,b@example.com")]
    [InlineData("a@example.com;b@example.com")]
    [InlineData("a@example.com b@example.com")]
    [InlineData("a,b@example.com")]
    [InlineData("mailto:a@example.com")]
    [InlineData("a\\@example.com")]
    [InlineData("=?utf-8?q?a=40evil.example?=@example.com")]
    [InlineData("a%evil.example@example.com")]
    [InlineData("evil.example!a@example.com")]
    [InlineData("|sh@example.com")]
    [InlineData("a@[127.0.0.1]")]
    [InlineData("a@[IPv6:::1]")]
    [InlineData("a@127.0.0.1")]
    [InlineData("a@127.0.0.0x1")]
    [InlineData("a@example.com\0")]
    [InlineData("a\0@example.com")]
    [InlineData("a@example.com\r\nBcc: b@example.com")]
    [InlineData("a@example.com\n")]
    [InlineData("a@example.com\u0085")]
    [InlineData("a@exam\u007Fple.com")]
    public void What_is_not_one_plain_address_is_refused(string? typed) =>
        Assert.False(EmailAddress.TryParse(typed, out _));

    [Theory]
    [Meets("GH-SEC-236")]
    [InlineData("a\uFF20example.com")] // Full-width @
    [InlineData("a\uFE6Bexample.com")] // Small @
    [InlineData("a\uFF20evil.example@example.com")]
    [InlineData("a@example.com\uFF20evil.example")]
    [InlineData("a@evil\uFE6Bexample.com")]
    [InlineData("m\u0131ke@example.com")] // Dotless i
    [InlineData("M\u0130KE@example.com")] // Dotted I
    [InlineData("\u212Aate@example.com")] // Kelvin sign
    [InlineData("jame\u017F@example.com")] // Long s
    [InlineData("\uFF41lice@example.com")] // Full-width a
    [InlineData("\u0430lice@example.com")] // Cyrillic a
    [InlineData("al\u00ADice@example.com")] // Soft hyphen
    [InlineData("al\u200Dice@example.com")] // Zero-width joiner
    [InlineData("al\u200Bice@example.com")] // Zero-width space
    [InlineData("\u202Ealice@example.com")] // Right-to-left override
    [InlineData("\u7528\u6237@example.com")] // Needs SMTPUTF8
    [InlineData("\uFDFA@example.com")]
    [InlineData("a@exa\u00ADmple.com")]
    [InlineData("a@exa\u200Bmple.com")]
    [InlineData("a@exa\u200Dmple.com")]
    [InlineData("a@exa\u2060mple.com")]
    [InlineData("a@exa\u034Fmple.com")]
    [InlineData("a@\u2764\uFE0F.com")] // Emoji with a variation selector that IDNA drops
    [InlineData("a@\u0130nfo.com")]
    [InlineData("a@\u1E9E.com")] // Capital sharp s: "ss" or "\u00DF", by the version of Unicode
    [InlineData("a@\uFDFA.com")] // Grows from 1 to 18
    [InlineData("a@\u2100b.com")] // Becomes a/cb.com
    [InlineData("a@x\u33C2com")] // Becomes xa.m.com
    [InlineData("a@x.\u2488com")] // Becomes x.1.com
    [InlineData("a@\uFF05.com")] // Becomes %
    [InlineData("a@\u0301x.com")] // Begins with a combining mark
    [InlineData("a@xn--.com")]
    [InlineData("a@xn--a.com")]
    [InlineData("a@xn--abc-.com")] // Punycode of plain ASCII: a second spelling of abc.com
    [InlineData("a@xn--ss-abc.de")]
    [InlineData("a@xn--\u00FC.de")]
    [InlineData("a@example.c\uFFFEom")]
    public void Spellings_that_fold_or_decode_into_another_address_are_refused(string typed) =>
        Assert.False(EmailAddress.TryParse(typed, out _));

    [Fact]
    public void Lone_surrogates_are_refused()
    {
        // Not as attributes: those are stored in UTF-8, which has none.
        string[] ones = ["a@exam\uD800ple.com", "a@\uDC00.com", "\uD83Da@example.com", "a@example.com\uD83D"];
        foreach (var typed in ones)
            Assert.False(EmailAddress.TryParse(typed, out _));
    }

    [Fact]
    public void The_longest_address_is_accepted_and_one_more_octet_anywhere_is_not()
    {
        Assert.Equal(254, Longest.Length);
        Assert.True(EmailAddress.TryParse(Longest, out _));
        Assert.False(EmailAddress.TryParse("l" + Longest, out _));
        Assert.False(EmailAddress.TryParse(Longest.Replace(".com", "e.com", StringComparison.Ordinal), out _));
        Assert.True(EmailAddress.TryParse($"a@{Label63}.com", out _));
        Assert.False(EmailAddress.TryParse($"a@d{Label63}.com", out _));
        Assert.True(EmailAddress.TryParse($"{new string('l', 64)}@example.com", out _));
        Assert.False(EmailAddress.TryParse($"{new string('l', 65)}@example.com", out _));
    }

    [Fact]
    [Meets("GH-SEC-240")]
    public void Lengths_hold_for_the_normalised_domain_too()
    {
        // Some 50 octets as an A-label: four of them make an address beyond 254.
        var label = string.Concat(Enumerable.Range(0, 16).Select(i => (char)(0x4E00 + (i * 997))));
        var typed = $"{new string('l', 60)}@{label}.{label}.{label}.{label}.com";

        Assert.True(typed.Length < 254);
        Assert.True(EmailAddress.TryParse($"l@{label}.com", out _));
        Assert.False(EmailAddress.TryParse(typed, out _));
        Assert.False(EmailAddress.TryParse($"a@{string.Concat(Enumerable.Repeat(label, 4))}.com", out _));
    }

    [Fact]
    [Meets("GH-SEC-045")]
    public void Spellings_of_one_mailbox_are_equal_and_other_mailboxes_are_not()
    {
        Assert.True(EmailAddress.TryParse("Alice@M\u00FCller.de", out var typed));
        Assert.True(EmailAddress.TryParse("alice@xn--mller-kva.de", out var again));
        Assert.True(EmailAddress.TryParse("alice+tag@xn--mller-kva.de", out var other));

        Assert.Equal(typed, again);
        Assert.Equal(typed.GetHashCode(), again.GetHashCode());
        Assert.NotEqual(typed, other);
    }

    [Fact]
    [Meets("GH-SEC-143")]
    public void Mail_goes_to_the_local_part_as_typed_and_the_domain_in_A_labels()
    {
        Assert.True(EmailAddress.TryParse("Alice@M\u00FCller.de", out var email));

        Assert.Equal("Alice@xn--mller-kva.de", email.Mailbox);
        Assert.Equal("Alice", email.LocalPart);
    }

    [Fact]
    [Meets("GH-SEC-255")]
    public void Its_text_is_masked()
    {
        Assert.True(EmailAddress.TryParse("Alice.Smith@example.com", out var email));

        Assert.Equal("a***@example.com", email.ToString());
        Assert.Equal("a***@example.com", $"{email}");
    }

    [Theory]
    [Meets("GH-SEC-238")]
    [InlineData("tr-TR")]
    [InlineData("az-Latn-AZ")]
    public void No_culture_changes_a_key(string culture)
    {
        using var _ = new Culture(culture);

        Assert.True(EmailAddress.TryParse("INFO@INFO.B\u00DC\u0049.com", out var email));
        Assert.Equal("info@info.xn--bi-xka.com", email.Key);
    }

    [Fact]
    [Meets("GH-SEC-162")]
    public void Any_text_is_answered_and_a_key_is_its_own_key() => HostileText.Check(text =>
        !EmailAddress.TryParse(text, out var email)
        || (EmailAddress.TryParse(email.Key, out var again)
            && Equals(again.Key, email.Key)
            && Ascii.IsValid(email.Key)));

    [Fact]
    [Meets("GH-SEC-162")]
    public void A_key_and_its_mailbox_differ_in_the_case_of_ASCII_letters_alone() => HostileText.Check(text =>
        !EmailAddress.TryParse(text, out var email)
        || (Ascii.EqualsIgnoreCase(email.Key, email.Mailbox) && email.Key.Count(c => c == '@') == 1));

    [Fact]
    [Meets("GH-SEC-239")]
    public void No_code_point_in_a_domain_gives_two_keys_to_one_name_or_a_key_that_moves()
    {
        for (var c = 0x80; c < 0x30000; c++)
        {
            if (!Rune.IsValid(c) || !EmailAddress.TryParse($"a@x{new Rune(c)}y.com", out var email))
                continue;
            Assert.True(EmailAddress.TryParse(email.Key, out var again), $"U+{c:X4} {email.Key}");
            Assert.Equal(email.Key, again.Key);
        }
    }
}
