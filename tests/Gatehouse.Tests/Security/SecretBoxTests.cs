using System.Text;
using Gatehouse.Security;

namespace Gatehouse.Tests.Security;

public sealed class SecretBoxTests
{
    private const string Purpose = "test";
    private readonly string first = SecretBytes.ToText(SecretBytes.New());
    private readonly string second = SecretBytes.ToText(SecretBytes.New());

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5000)]
    public void What_was_sealed_opens(int length)
    {
        var secret = new byte[length];
        Array.Fill(secret, (byte)7);

        Assert.Equal(secret, Box(first).Open(Purpose, Box(first).Seal(Purpose, secret)));
    }

    [Fact]
    public void It_tells_what_the_first_key_sealed()
    {
        var before = Box(first).Seal(Purpose, [1]);
        var after = Box(second, first).Seal(Purpose, [1]);

        Assert.True(Box(first).IsSealedByFirst(before));
        Assert.False(Box(second, first).IsSealedByFirst(before));
        Assert.True(Box(second, first).IsSealedByFirst(after));
        Assert.False(Box(second).IsSealedByFirst([]));
    }

    [Fact]
    public void Nothing_shows_through()
    {
        var secret = Encoding.UTF8.GetBytes("a signing key, say");
        var box = Box(first);

        var one = box.Seal(Purpose, secret);
        var two = box.Seal(Purpose, secret);

        Assert.Equal(-1, one.AsSpan().IndexOf(secret.AsSpan(0, 8)));
        Assert.NotEqual(one, two); // a nonce of its own each time
    }

    [Fact]
    public void Each_flipped_bit_is_refused()
    {
        var box = Box(first);
        var whole = box.Seal(Purpose, "secret"u8);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var flipped = (byte[])whole.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(box.Open(Purpose, flipped));
        }
    }

    [Fact]
    public void Each_cut_and_each_addition_is_refused()
    {
        var box = Box(first);
        var whole = box.Seal(Purpose, "secret"u8);
        for (var length = 0; length < whole.Length; length++)
            Assert.Null(box.Open(Purpose, whole.AsSpan(0, length)));
        Assert.Null(box.Open(Purpose, [.. whole, 0]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Test")]
    [InlineData("test ")]
    [InlineData("another")]
    public void Another_purpose_is_refused(string purpose)
    {
        var box = Box(first);

        Assert.Null(box.Open(purpose, box.Seal(Purpose, "secret"u8)));
    }

    [Fact]
    public void Another_key_is_refused() => Assert.Null(Box(second).Open(Purpose, Box(first).Seal(Purpose, "secret"u8)));

    [Fact]
    public void The_first_key_writes_and_all_read()
    {
        var old = Box(first).Seal(Purpose, "old"u8);
        var rotated = Box(second, first);
        var young = rotated.Seal(Purpose, "young"u8);

        Assert.Equal("old"u8, rotated.Open(Purpose, old)!);
        Assert.Equal("young"u8, Box(second).Open(Purpose, young)!);
        Assert.Null(Box(first).Open(Purpose, young));
    }

    private static SecretBox Box(params string[] keys) =>
        new(MasterKeys.TryParse(keys, out var parsed) ? parsed : throw new InvalidOperationException());
}
