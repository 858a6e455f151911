using System.Buffers.Text;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Gatehouse.Tests.Support;
using Gatehouse.Tokens;

namespace Gatehouse.Tests.Tokens;

public sealed class AccessTokenTests
{
    private static readonly string Good = AccessToken.Write(Forge.Claims, Forge.Key);

    [Fact]
    [Meets("GH-SEC-110", "GH-SEC-124")]
    public void The_text_that_clients_parse_is_exact()
    {
        var parts = Good.Split('.');

        Assert.Equal(3, parts.Length);
        Assert.Equal(Forge.Header, Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0])));
        Assert.Equal(Forge.Payload, Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])));
        Assert.Equal(256, Base64Url.DecodeFromChars(parts[2]).Length);
    }

    [Fact]
    public void What_was_written_is_read()
    {
        Assert.Equal(Forge.Claims, Forge.Read(Good));
        Assert.Equal(Good, Forge.Token(Forge.Header, Forge.Payload)); // so the forge of other tests can be trusted
    }

    [Fact]
    [Meets("GH-SEC-109")]
    public void Without_a_user_the_member_is_left_out()
    {
        var claims = Forge.Claims with { UserId = null };
        var token = AccessToken.Write(claims, Forge.Key);

        Assert.Equal(claims, Forge.Read(token));
        var payload = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Split('.')[1]));
        Assert.DoesNotContain("user_id", payload, StringComparison.Ordinal);
    }

    [Fact]
    public void The_longest_claims_and_key_make_a_token_that_is_read()
    {
        using var key = SigningKey.Generate(VerificationKey.MaxBits);
        var id = new string('~', AccessToken.MaxIdLength);
        var text = new string('~', 256);
        var claims = Forge.Claims with
        {
            Issuer = text, Audience = text, Subject = id, TokenId = id, SessionId = id, UserId = id,
        };
        var rules = new AccessTokenRules(text, text, TimeSpan.FromHours(1));

        var token = AccessToken.Write(claims, key);

        Assert.Equal(
            claims, AccessToken.Read(token, new VerificationKeys(key.CreateVerificationKey()), rules, Forge.Now));
    }

    [Fact]
    public void Every_flipped_bit_is_refused()
    {
        var token = Good.ToCharArray();
        for (var i = 0; i < token.Length; i++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                token[i] ^= (char)(1 << bit);
                Assert.True(Forge.Read(new string(token)) is null, $"Bit {bit} of character {i}");
                token[i] ^= (char)(1 << bit);
            }
        }
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (var length = 0; length < Good.Length; length++)
            Assert.Null(Forge.Read(Good[..length]));
    }

    [Theory]
    [Meets("GH-SEC-103")]
    [InlineData("{0}.{1}")]
    [InlineData("{0}.{1}.")]
    [InlineData("{0}..{2}")]
    [InlineData(".{1}.{2}")]
    [InlineData("{0}.{1}.{2}.")]
    [InlineData(".{0}.{1}.{2}")]
    [InlineData("{0}.{1}.{2}.{2}")]
    [InlineData("{0}.{1}.{1}.{1}.{2}")]
    [InlineData("{0}.{1}.{2}=")]
    [InlineData("{0}.{1}.{2}==")]
    [InlineData("{0}.{1}.{2}%3D%3D")]
    [InlineData("{0}=.{1}.{2}")]
    [InlineData("{0}.{1}=.{2}")]
    [InlineData(" {0}.{1}.{2}")]
    [InlineData("{0}.{1}.{2} ")]
    [InlineData("{0}.{1}.{2}\n")]
    [InlineData("{0}. {1}.{2}")]
    [InlineData("{0}.{1}\t.{2}")]
    [InlineData("{0}.{1}.\r\n{2}")]
    [InlineData("\uFEFF{0}.{1}.{2}")]
    [InlineData("{0}.{1}.{2}\0")]
    [InlineData("Bearer {0}.{1}.{2}")]
    [InlineData("{0}.{1}.{2}, {0}.{1}.{2}")]
    [InlineData("{0}.{1}.{2}A")]
    [InlineData("{0}.{1}.AA{2}")]
    [InlineData("{0}.{1}.{0}")]
    [InlineData("{0}.{0}.{2}")]
    [InlineData("{1}.{0}.{2}")]
    public void A_token_of_another_form_is_refused(string form)
    {
        var parts = Good.Split('.');
        var text = form.Replace("{0}", parts[0], StringComparison.Ordinal)
            .Replace("{1}", parts[1], StringComparison.Ordinal)
            .Replace("{2}", parts[2], StringComparison.Ordinal);

        Assert.Null(Forge.Read(text));
    }

    [Fact]
    [Meets("GH-SEC-111")]
    public void A_second_spelling_of_the_same_signature_is_refused()
    {
        // 256 bytes leave 4 bits of the last character unused: 15 more characters mean the same bytes to a lax decoder.
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var last = Alphabet.IndexOf(Good[^1], StringComparison.Ordinal);
        Assert.Equal(0, last % 16);
        foreach (var other in Alphabet.Substring(last + 1, 15))
            Assert.Null(Forge.Read(Good[..^1] + other));
    }

    [Theory]
    [Meets("GH-SEC-112")]
    [InlineData("\n")]
    [InlineData(" ")]
    [InlineData("=")]
    [InlineData("==")]
    [InlineData("+")]
    [InlineData("/")]
    [InlineData("\u00E9")]
    public void A_spelling_is_refused_even_when_it_is_what_was_signed(string extra)
    {
        var parts = Good.Split('.');

        Assert.Null(Forge.Read(Forge.Signed($"{parts[0]}.{parts[1]}{extra}")));
        Assert.Null(Forge.Read(Forge.Signed($"{parts[0]}{extra}.{parts[1]}")));
    }

    [Fact]
    [Meets("GH-SEC-113")]
    public void More_than_four_KiB_are_refused()
    {
        var member = new string('a', 3000);
        var payload = Forge.Replace(Forge.Payload, "{\"iss\"", $"{{\"more\":\"{member}\",\"iss\"");
        var token = Forge.Token(Forge.Header, payload);

        Assert.True(token.Length > AccessToken.MaxLength);
        Assert.Null(Forge.Read(token));
        Assert.NotNull(Forge.Read(Forge.Token(Forge.Header, Forge.Replace(payload, member, member[..2000]))));
        Assert.Null(Forge.Read(new string('a', 100_000)));
        Assert.Null(Forge.Read(new string('.', AccessToken.MaxLength)));
    }

    [Fact]
    [Meets("GH-SEC-101")]
    public void A_key_outside_the_ring_signs_nothing()
    {
        using var other = SigningKey.Generate(VerificationKey.MinBits);
        var parts = AccessToken.Write(Forge.Claims, other).Split('.');

        Assert.Null(Forge.Read(string.Join('.', parts)));
        Assert.Null(Forge.Read($"{Forge.Encode(Forge.Header)}.{parts[1]}.{parts[2]}"));
        Assert.Null(AccessToken.Read(Good, new VerificationKeys(), Forge.Rules, Forge.Now));
        var both = new VerificationKeys(other.CreateVerificationKey(), Forge.Key.CreateVerificationKey());
        Assert.NotNull(AccessToken.Read(Good, both, Forge.Rules, Forge.Now));
    }

    [Fact]
    public void No_text_is_accepted_or_throws()
    {
        var header = Forge.Encode(Forge.Header);
        Prop.ForAll<string, string>((first, second) =>
            Forge.Read(first ?? "") is null
            && Forge.Read($"{first}.{second}.{first}") is null
            && Forge.Read($"{header}.{first}.{second}") is null
            && Forge.Read($"{header}.{Forge.Encode(first ?? "")}.{Forge.Encode(second ?? "")}") is null)
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void No_signed_bytes_are_accepted_or_throw()
    {
        var header = Forge.Encode(Forge.Header);
        Prop.ForAll<byte[]>(bytes => Forge.Read(Forge.Token(header, bytes ?? [])) is null).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_signed_payload_with_one_byte_changed_never_throws()
    {
        var header = Forge.Encode(Forge.Header);
        var payload = Encoding.UTF8.GetBytes(Forge.Payload);
        Prop.ForAll<int, byte>((place, value) =>
        {
            byte[] changed = [.. payload];
            changed[(int)((uint)place % payload.Length)] = value;
            Forge.Read(Forge.Token(header, changed));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Reading_allocates_the_claims_and_nothing_else()
    {
        const int Rounds = 100;
        Forge.Read(Good);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
            Forge.Read(Good);
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds;

        Assert.InRange(each, 0, 640); // four ids of 36 characters (96 each) and the record (104)
    }
}
