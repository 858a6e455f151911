using Gatehouse.Security.Argon2id;
using Gatehouse.Security.Passwords;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Security.Passwords;

public sealed class PasswordHashTests
{
    private const string Salt = "c2FsdHNhbHRzYWx0c2FsdA"; // 16 bytes
    private const string Tag = "dGFndGFndGFndGFndGFndGFndGFndGFndGFndGFndGE"; // 32 bytes

    [Theory]
    [InlineData($"$argon2id$v=19$m=19456,t=2,p=1${Salt}${Tag}")]
    [InlineData($"$argon2id$v=19$m=8,t=1,p=1${Salt}${Tag}")]
    [InlineData($"$argon2id$v=19$m=262144,t=16,p=1${Salt}${Tag}")]
    [InlineData($"$argon2id$v=19$m=19456,t=2,p=1,keyid=AQ${Salt}${Tag}")]
    [InlineData($"$argon2id$v=19$m=19456,t=2,p=1,keyid=AQIDBAUGBwg${Salt}${Tag}")]
    [InlineData("$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$dGFndGFndGFndGFndGFndA")]
    public void What_was_formatted_is_parsed_and_formatted_again(string text)
    {
        Assert.True(PasswordHash.TryParse(text, out var hash));
        Assert.Equal(text, hash.Format());
    }

    [Fact]
    public void Its_parts_are_read()
    {
        Assert.True(PasswordHash.TryParse($"$argon2id$v=19$m=64,t=3,p=1,keyid=AQ${Salt}${Tag}", out var hash));
        Assert.Equal(new Argon2Parameters(64, 3), hash.Parameters);
        Assert.Equal("AQ", hash.KeyId);
        Assert.Equal("saltsaltsaltsalt"u8, hash.Salt.Span);
        Assert.Equal(32, hash.Tag.Length);
    }

    [Theory]
    [Meets("GH-SEC-018")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("$")]
    [InlineData("password")]
    [InlineData($"$argon2i$v=19$m=64,t=2,p=1${Salt}${Tag}")]
    [InlineData($"$argon2d$v=19$m=64,t=2,p=1${Salt}${Tag}")]
    [InlineData($"$Argon2id$v=19$m=64,t=2,p=1${Salt}${Tag}")]
    [InlineData($"$scrypt$v=19$m=64,t=2,p=1${Salt}${Tag}")]
    [InlineData($"argon2id$v=19$m=64,t=2,p=1${Salt}${Tag}")]
    [InlineData($" $argon2id$v=19$m=64,t=2,p=1${Salt}${Tag}")]
    public void Another_algorithm_is_refused(string? text) => AssertRefused(text);

    [Theory]
    [Meets("GH-SEC-018")]
    [InlineData("v=16")]
    [InlineData("v=20")]
    [InlineData("v=019")]
    [InlineData("v=")]
    [InlineData("V=19")]
    [InlineData("")]
    public void Another_version_is_refused(string version) =>
        AssertRefused($"$argon2id${version}$m=64,t=2,p=1${Salt}${Tag}");

    [Fact]
    public void A_missing_version_is_refused() => AssertRefused($"$argon2id$m=64,t=2,p=1${Salt}${Tag}");

    [Theory]
    [Meets("GH-SEC-018")]
    [InlineData("m=7,t=2,p=1")]
    [InlineData("m=262145,t=2,p=1")]
    [InlineData("m=4194304,t=2,p=1")]
    [InlineData("m=4294967360,t=2,p=1")]
    [InlineData("m=-64,t=2,p=1")]
    [InlineData("m=64,t=0,p=1")]
    [InlineData("m=64,t=17,p=1")]
    [InlineData("m=64,t=2,p=0")]
    [InlineData("m=64,t=2,p=2")]
    public void A_cost_out_of_range_is_refused(string cost) => AssertRefusedCost(cost);

    [Theory]
    [InlineData("m=064,t=2,p=1")]
    [InlineData("m=+64,t=2,p=1")]
    [InlineData("m= 64,t=2,p=1")]
    [InlineData("m=64 ,t=2,p=1")]
    [InlineData("m=0x40,t=2,p=1")]
    [InlineData("m=6_4,t=2,p=1")]
    [InlineData("m=٦٤,t=2,p=1")]
    [InlineData("m=,t=2,p=1")]
    [InlineData("m=64,t=02,p=1")]
    [InlineData("m=64,t=2,p=01")]
    [InlineData("M=64,t=2,p=1")]
    public void Another_spelling_of_a_number_is_refused(string cost) => AssertRefusedCost(cost);

    [Theory]
    [Meets("GH-SEC-018")]
    [InlineData("")]
    [InlineData("m=64")]
    [InlineData("m=64,t=2")]
    [InlineData("t=2,m=64,p=1")]
    [InlineData("m=64,p=1,t=2")]
    [InlineData("m=64,m=64,t=2,p=1")]
    [InlineData("m=64,t=2,t=2,p=1")]
    [InlineData("m=64,t=2,p=1,p=1")]
    [InlineData("m=64,t=2,p=1,")]
    [InlineData("m=64,t=2,p=1,x=1")]
    [InlineData("m=64,t=2,p=1,data=AQ")]
    [InlineData("keyid=AQ,m=64,t=2,p=1")]
    [InlineData("m=64,t=2,p=1,keyid=AQ,keyid=AQ")]
    [InlineData("m=64,t=2,p=1,keyid=AQ,data=AQ")]
    public void A_parameter_missing_doubled_unknown_or_out_of_order_is_refused(string cost) => AssertRefusedCost(cost);

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("AR")] // left-over bits
    [InlineData("AQ==")]
    [InlineData("A-_A")]
    [InlineData("AQIDBAUGBwgJ")] // 9 bytes
    public void A_bad_key_id_is_refused(string keyId) => AssertRefusedCost($"m=64,t=2,p=1,keyid={keyId}");

    [Theory]
    [Meets("GH-SEC-017")]
    [InlineData("")]
    [InlineData("c2FsdHNhbA")] // 7 bytes
    [InlineData("c2FsdHNhbHRzYWx0c2FsdB")] // left-over bits
    [InlineData("c2FsdHNhbHRzYWx0c2FsdA==")]
    [InlineData("c2FsdHNhbHRz YWx0c2FsdA")]
    [InlineData("c2FsdHNhbHRzYWx0c2Fsd-")]
    [InlineData("c2FsdHNhbHRzYWx0c2Fsd")] // no length of base64
    public void A_bad_salt_is_refused(string salt) => AssertRefused($"$argon2id$v=19$m=64,t=2,p=1${salt}${Tag}");

    [Theory]
    [InlineData("")]
    [InlineData("dGFndGFndGFndGFndGFn")] // 15 bytes
    [InlineData(Tag + "=")]
    [InlineData(Tag + "\n")]
    [InlineData(Tag + "$")]
    [InlineData(Tag + "$AAAA")]
    [InlineData("dGFndGFndGFndGFndGFndGFndGFndGFndGFndGFndGF")] // left-over bits
    public void A_bad_tag_is_refused(string tag) => AssertRefused($"$argon2id$v=19$m=64,t=2,p=1${Salt}${tag}");

    [Fact]
    public void A_salt_or_tag_above_64_bytes_is_refused()
    {
        var tooLong = Base64.Encode(new byte[65]);
        AssertRefused($"$argon2id$v=19$m=64,t=2,p=1${tooLong}${Tag}");
        AssertRefused($"$argon2id$v=19$m=64,t=2,p=1${Salt}${tooLong}");
        AssertRefused($"$argon2id$v=19$m=64,t=2,p=1${Salt}${new string('A', 100_000)}");
    }

    [Fact]
    [Meets("GH-SEC-021")]
    public void A_missing_tag_is_refused() => AssertRefused($"$argon2id$v=19$m=64,t=2,p=1${Salt}");

    [Fact]
    public void The_longest_record_is_parsed()
    {
        var longest = Base64.Encode(new byte[64]);
        Assert.True(PasswordHash.TryParse(
            $"$argon2id$v=19$m=262144,t=16,p=1,keyid=AQIDBAUGBwg${longest}${longest}", out _));
    }

    [Fact]
    [Meets("GH-SEC-024")]
    public void Its_text_tells_nothing()
    {
        Assert.True(PasswordHash.TryParse($"$argon2id$v=19$m=64,t=2,p=1${Salt}${Tag}", out var hash));
        Assert.Equal("PasswordHash (redacted)", hash.ToString());
    }

    [Fact]
    public void An_impossible_record_cannot_be_made()
    {
        Assert.Throws<ArgumentException>(() => new PasswordHash(new(7, 1), null, new byte[16], new byte[32]));
        Assert.Throws<ArgumentException>(() => new PasswordHash(new(64, 1), "?", new byte[16], new byte[32]));
        Assert.Throws<ArgumentException>(() => new PasswordHash(new(64, 1), null, default, new byte[32]));
        Assert.Throws<ArgumentException>(() => new PasswordHash(new(64, 1), null, new byte[16], default));
    }

    private static void AssertRefusedCost(string cost) => AssertRefused($"$argon2id$v=19${cost}${Salt}${Tag}");

    private static void AssertRefused(string? text)
    {
        Assert.False(PasswordHash.TryParse(text, out var hash));
        Assert.Null(hash);
    }
}
