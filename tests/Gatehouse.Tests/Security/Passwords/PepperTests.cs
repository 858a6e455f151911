using Gatehouse.Security.Passwords;

namespace Gatehouse.Tests.Security.Passwords;

public sealed class PepperTests
{
    [Fact]
    public void Its_text_names_the_key_and_hides_the_secret()
    {
        var secret = "0123456789abcdef0123456789abcdef"u8;
        Assert.True(Pepper.TryCreate("AQ", secret, out var pepper));
        Assert.Equal("Pepper AQ (redacted)", pepper.ToString());
        Assert.Equal(secret, pepper.Reveal());
    }

    [Theory]
    [InlineData("AQ", 0)]
    [InlineData("AQ", 31)]
    [InlineData("AQ", 33)]
    [InlineData("", 32)]
    [InlineData("AR", 32)]
    [InlineData("AQ==", 32)]
    [InlineData("A,B$", 32)]
    [InlineData("AQIDBAUGBwgJ", 32)]
    public void A_bad_id_or_a_secret_of_another_length_is_refused(string keyId, int secretBytes) =>
        Assert.False(Pepper.TryCreate(keyId, new byte[secretBytes], out _));
}
