using System.Security.Cryptography;
using Gatehouse.Security.Argon2id;

namespace Gatehouse.Tests.Security.Argon2id;

public sealed class Blake2bTests
{
    [Fact]
    public void It_gives_the_digest_of_rfc_7693()
    {
        var digest = new byte[64];
        Blake2b.Hash("abc"u8, digest);
        Assert.Equal(
            "BA80A53F981C4D0D6A2797B69F12F6E94C212F14685AC4B74B12BB6FDBFFA2D1" +
            "7D87C5392AAB792DC252D5DE4533CC9518D38AA8DBF1925AB92386EDD4009923",
            Convert.ToHexString(digest));
    }

    [Fact]
    public void It_agrees_with_libsodium_at_every_length()
    {
        for (var length = 0; length <= 400; length++)
        {
            var data = RandomNumberGenerator.GetBytes(length);
            var digest = new byte[16 + (length % 49)]; // 16 to 64
            Blake2b.Hash(data, digest);
            Assert.Equal(Sodium.Blake2b(data, digest.Length), digest);
        }
    }

    [Fact]
    public void It_does_not_matter_in_which_pieces_the_data_come()
    {
        var data = RandomNumberGenerator.GetBytes(400);
        for (var cut = 0; cut <= data.Length; cut++)
        {
            var hash = new Blake2b(32);
            hash.Append(data.AsSpan(0, cut));
            hash.Append(data.AsSpan(cut));
            var digest = new byte[32];
            hash.Finish(digest);
            Assert.Equal(Sodium.Blake2b(data, 32), digest);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void A_digest_of_an_impossible_length_is_refused(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Blake2b.Hash([], new byte[length]));
}
