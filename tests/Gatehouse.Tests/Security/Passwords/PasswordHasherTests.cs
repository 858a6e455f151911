using System.Security.Cryptography;
using Gatehouse.Security.Argon2id;
using Gatehouse.Security.Passwords;
using Gatehouse.Tests.Security.Argon2id;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Security.Passwords;

public sealed class PasswordHasherTests
{
    private const string Password = "correct horse battery staple";

    private static readonly PasswordSettings Cheap = new() { MemoryKiB = 16, Iterations = 1 };

    [Fact]
    public async Task The_right_password_is_right_and_others_are_wrong()
    {
        using var hasher = new PasswordHasher(Cheap, []);
        var hash = await HashAsync(hasher, Password);
        Assert.Equal(PasswordVerdict.Right, await VerifyAsync(hasher, hash, Password));
        string[] others =
            ["", Password + " ", " " + Password, Password.ToUpperInvariant(), Password[..^1], Password + "\0"];
        foreach (var wrong in others)
            Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(hasher, hash, wrong));
    }

    [Fact]
    [Meets("GH-SEC-017")]
    public async Task Two_records_of_one_password_differ()
    {
        using var hasher = new PasswordHasher(Cheap, []);
        var (first, second) = (await HashAsync(hasher, Password), await HashAsync(hasher, Password));
        Assert.NotEqual(first.Salt.ToArray(), second.Salt.ToArray());
        Assert.NotEqual(first.Tag.ToArray(), second.Tag.ToArray());
        Assert.Equal((16, 32), (first.Salt.Length, first.Tag.Length));
    }

    [Theory]
    [Meets("GH-SEC-033")]
    [InlineData(0)]
    [InlineData(72)] // where bcrypt stops
    [InlineData(128)] // where a block of BLAKE2b ends
    [InlineData(999)]
    public async Task Every_byte_matters(int position)
    {
        using var hasher = new PasswordHasher(Cheap, []);
        var password = new string('a', 1000);
        var hash = await HashAsync(hasher, password);
        var other = password[..position] + "b" + password[(position + 1)..];
        Assert.Equal(PasswordVerdict.Right, await VerifyAsync(hasher, hash, password));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(hasher, hash, other));
    }

    [Fact]
    [Meets("GH-SEC-033", "GH-SEC-234")]
    public async Task Nul_is_a_character_like_any_other()
    {
        using var hasher = new PasswordHasher(Cheap, []);
        var hash = await HashAsync(hasher, "pass\0word");
        Assert.Equal(PasswordVerdict.Right, await VerifyAsync(hasher, hash, "pass\0word"));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(hasher, hash, "pass"));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(hasher, hash, "pass\0Word"));
    }

    [Fact]
    public async Task Both_ways_to_write_an_accent_are_one_password()
    {
        using var hasher = new PasswordHasher(Cheap, []);
        var hash = await HashAsync(hasher, "caf\u00e9 \u1e69");
        Assert.Equal(PasswordVerdict.Right, await VerifyAsync(hasher, hash, "cafe\u0301 s\u0307\u0323"));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(hasher, hash, "cafe s"));
        // Compatibility forms are not canonical ones: the ligature is another character.
        var ligature = await HashAsync(hasher, "\ufb01sh");
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(hasher, ligature, "fish"));
    }

    [Fact]
    [Meets("GH-SEC-034")]
    public async Task A_lone_surrogate_is_never_right()
    {
        using var hasher = new PasswordHasher(Cheap, []);
        // Not as test data of an attribute: those are stored as UTF-8, which has no lone surrogates.
        foreach (var password in (string[])["abc\ud800", "\udc00abc", "\udc00\ud800"])
        {
            await Assert.ThrowsAsync<ArgumentException>(() => HashAsync(hasher, password));
            var replaced = await HashAsync(hasher, password.Replace('\ud800', '\ufffd').Replace('\udc00', '\ufffd'));
            Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(hasher, replaced, password));
            Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(hasher, null, password));
        }
    }

    [Fact]
    [Meets("GH-SEC-021")]
    public async Task Without_a_record_every_password_is_wrong()
    {
        using var hasher = new PasswordHasher(Cheap, []);
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(hasher, null, Password));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(hasher, null, ""));
    }

    [Fact]
    public async Task A_flipped_bit_in_salt_or_tag_is_refused()
    {
        using var hasher = new PasswordHasher(Cheap, []);
        var hash = await HashAsync(hasher, Password);
        var (salt, tag) = (hash.Salt.ToArray(), hash.Tag.ToArray());
        salt[0] ^= 1;
        tag[^1] ^= 0x80;
        var otherSalt = new PasswordHash(hash.Parameters, null, salt, hash.Tag);
        var otherTag = new PasswordHash(hash.Parameters, null, hash.Salt, tag);
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(hasher, otherSalt, Password));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(hasher, otherTag, Password));
    }

    [Theory]
    [InlineData(32, 1)]
    [InlineData(16, 2)]
    public async Task A_password_of_another_cost_is_right_but_outdated(int memoryKiB, int iterations)
    {
        using var old = new PasswordHasher(Cheap, []);
        using var now = new PasswordHasher(Cheap with { MemoryKiB = memoryKiB, Iterations = iterations }, []);
        var hash = await HashAsync(old, Password);
        Assert.Equal(PasswordVerdict.RightButOutdated, await VerifyAsync(now, hash, Password));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(now, hash, "wrong"));
        var renewed = await HashAsync(now, Password);
        Assert.Equal(PasswordVerdict.Right, await VerifyAsync(now, renewed, Password));
        Assert.Equal(PasswordVerdict.RightButOutdated, await VerifyAsync(old, renewed, Password));
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(16, 64)]
    public async Task A_record_of_another_length_is_right_but_outdated(int saltBytes, int tagBytes)
    {
        using var hasher = new PasswordHasher(Cheap, []);
        var salt = RandomNumberGenerator.GetBytes(saltBytes);
        var tag = Sodium.Argon2id(16, 1, System.Text.Encoding.UTF8.GetBytes(Password), salt, tagBytes);
        var hash = new PasswordHash(Cheap.Parameters, null, salt, tag);
        Assert.Equal(PasswordVerdict.RightButOutdated, await VerifyAsync(hasher, hash, Password));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(hasher, hash, "wrong"));
    }

    [Fact]
    [Meets("GH-SEC-020")]
    public async Task A_pepper_can_be_introduced_and_replaced()
    {
        var (first, second) = (NewPepper("AQ"), NewPepper("Ag"));
        using var without = new PasswordHasher(Cheap, []);
        using var introduced = new PasswordHasher(Cheap, [first]);
        using var replaced = new PasswordHasher(Cheap, [second, first]);
        using var forgotten = new PasswordHasher(Cheap, [second]);

        var plain = await HashAsync(without, Password);
        var peppered = await HashAsync(introduced, Password);
        Assert.Equal((null, "AQ"), (plain.KeyId, peppered.KeyId));
        Assert.Equal(PasswordVerdict.RightButOutdated, await VerifyAsync(introduced, plain, Password));
        Assert.Equal(PasswordVerdict.Right, await VerifyAsync(introduced, peppered, Password));
        Assert.Equal(PasswordVerdict.RightButOutdated, await VerifyAsync(replaced, peppered, Password));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(replaced, peppered, "wrong"));
        Assert.Equal("Ag", (await HashAsync(replaced, Password)).KeyId);

        // Gone is gone, and so is a secret that changed under its old name.
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(forgotten, peppered, Password));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(without, peppered, Password));
        using var swapped = new PasswordHasher(Cheap, [NewPepper("AQ")]);
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(swapped, peppered, Password));
    }

    [Fact]
    public void Settings_that_cannot_be_hashed_with_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new PasswordHasher(Cheap with { MemoryKiB = 7 }, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PasswordHasher(Cheap with { Iterations = 17 }, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PasswordHasher(Cheap with { MaxConcurrent = 0 }, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PasswordHasher(Cheap with { MaxQueued = -1 }, []));
        Assert.Throws<ArgumentException>(() => new PasswordHasher(Cheap, [NewPepper("AQ"), NewPepper("AQ")]));
    }

    [Fact]
    [Meets("GH-SEC-016")]
    public void The_default_cost_is_no_less_than_the_owasp_minimum()
    {
        var settings = new PasswordSettings();
        Assert.Equal(new Argon2Parameters(19_456, 2), settings.Parameters);
        Assert.Equal(Environment.ProcessorCount, settings.MaxConcurrent);
        Assert.Equal(128 * Environment.ProcessorCount, settings.MaxQueued);
        Assert.Equal(128, (settings with { MaxConcurrent = 1 }).MaxQueued);
    }

    [Fact]
    public async Task Libsodium_verifies_what_was_made_without_a_pepper()
    {
        using var hasher = new PasswordHasher(new PasswordSettings { MemoryKiB = 256 }, []);
        foreach (var password in (string[])["", Password, "p\u00e4ssw\u00f6rd", "\ud83d\udd11\ud83d\udd11"])
        {
            var text = (await HashAsync(hasher, password)).Format();
            Assert.True(Sodium.Verifies(text, password));
            Assert.False(Sodium.Verifies(text, password + "x"));
        }
    }

    [Fact]
    public async Task The_npm_package_verifies_what_was_made_with_and_without_a_pepper()
    {
        var pepper = NewPepper("AQ");
        var secret = Convert.ToBase64String(pepper.Reveal());
        using var without = new PasswordHasher(new PasswordSettings { MemoryKiB = 256 }, []);
        using var with = new PasswordHasher(new PasswordSettings { MemoryKiB = 256 }, [pepper]);
        var plain = (await HashAsync(without, Password)).Format();
        var peppered = (await HashAsync(with, Password)).Format();

        var input = $$"""
            {"hash": "{{plain}}", "password": "{{Password}}"}
            {"hash": "{{plain}}", "password": "{{Password}}x"}
            {"hash": "{{plain}}", "password": "{{Password}}", "secret": "{{secret}}"}
            {"hash": "{{peppered}}", "password": "{{Password}}", "secret": "{{secret}}"}
            {"hash": "{{peppered}}", "password": "{{Password}}x", "secret": "{{secret}}"}
            {"hash": "{{peppered}}", "password": "{{Password}}"}

            """;
        var output = await Node.RunAsync("argon2.js", input);
        Assert.Equal(["true", "false", "false", "true", "false", "false"], output.TrimEnd().Split('\n'));
    }

    private static Task<PasswordHash> HashAsync(PasswordHasher hasher, string password) =>
        hasher.HashAsync(password, CancellationToken.None);

    private static Task<PasswordVerdict> VerifyAsync(PasswordHasher hasher, PasswordHash? hash, string password) =>
        hasher.VerifyAsync(hash, password, CancellationToken.None);

    private static Pepper NewPepper(string keyId)
    {
        Assert.True(Pepper.TryCreate(keyId, RandomNumberGenerator.GetBytes(Pepper.SecretBytes), out var pepper));
        return pepper;
    }
}
