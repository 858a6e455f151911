using System.Text;
using Gatehouse.Mail;
using Gatehouse.Mail.Broker;
using Gatehouse.Security;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Mail.Broker;

/// <summary>What a message may be, to the letter.</summary>
public sealed class BrokerMessageTests
{
    private const string NewKey = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";
    private static readonly NamedMail Mail = new() { Id = "01a1f97d-d5dc-7594-80e1-4eaac1aeb417", Kind = "sign_up" };
    private static readonly string Ours = Encoding.UTF8.GetString(Under(App.Key).Write(Mail));

    [Fact]
    [Meets("GH-SEC-284", "GH-SEC-285")]
    public void It_names_a_row_and_can_be_read_by_who_knows_the_key()
    {
        Assert.Equal(Mail, Under(App.Key).Read(Encoding.UTF8.GetBytes(Ours), out _));
        Assert.Null(Under(NewKey).Read(Encoding.UTF8.GetBytes(Ours), out var refusal));
        Assert.Equal(BrokerMessage.Refusal.Forged, refusal);
    }

    [Fact]
    [Meets("GH-SEC-284")]
    public void After_a_change_of_key_what_was_signed_before_is_still_read() =>
        Assert.Equal(Mail, Under(NewKey, App.Key).Read(Encoding.UTF8.GetBytes(Ours), out _));

    [Fact]
    [Meets("GH-SEC-283", "GH-SEC-284")]
    public void No_change_of_a_byte_is_taken()
    {
        var message = Under(App.Key);
        for (var i = 0; i < Ours.Length; i++)
        {
            var changed = Encoding.UTF8.GetBytes(Ours);
            changed[i] ^= 1;
            Assert.Null(message.Read(changed, out _));
        }
    }

    [Theory]
    [Meets("GH-SEC-283", "GH-SEC-285")]
    [InlineData("\"v\":1", "\"v\":1.5")]
    [InlineData("\"v\":1", "\"v\":\"1\"")]
    [InlineData("\"v\":1", "\"V\":1")]
    [InlineData("\"v\":1,", "")]
    [InlineData("\"v\":1", "\"v\":1,\"v\":1")]
    [InlineData("\"v\":1", "\"v\":1,\"html\":\"<b>\"")]
    [InlineData("\"sign_up\"", "null")]
    [InlineData("\"sign_up\"", "\"\"")]
    [InlineData("\"sign_up\"", "\"sign\\nup\"")]
    [InlineData("}", "}}")]
    [InlineData("}", "} {}")]
    [InlineData("{", "[{")]
    [InlineData("{", "// ours\n{")]
    public void It_carries_nothing_else(string part, string instead)
    {
        var message = Ours.Replace(part, instead, StringComparison.Ordinal);

        Assert.Null(Under(App.Key).Read(Encoding.UTF8.GetBytes(message), out var refusal));

        Assert.Equal(BrokerMessage.Refusal.Malformed, refusal);
    }

    [Fact]
    [Meets("GH-SEC-283")]
    public void Bytes_of_chance_are_refused_and_never_an_exception()
    {
        var random = new Lcg(41);
        var message = Under(App.Key);
        for (var i = 0; i < 5_000; i++)
            Assert.Null(message.Read(random.Bytes(random.Next(200)), out _));
    }

    [Fact]
    [Meets("GH-SEC-283")]
    public void It_has_a_bound()
    {
        var padded = Encoding.UTF8.GetBytes(Ours.PadRight(BrokerMessage.MostBytes));

        Assert.Equal(Mail, Under(App.Key).Read(padded, out _));
        Assert.Null(Under(App.Key).Read([.. padded, (byte)' '], out var refusal));
        Assert.Equal(BrokerMessage.Refusal.Oversized, refusal);
    }

    private static BrokerMessage Under(params string[] keys) =>
        new(MasterKeys.TryParse(keys, out var parsed) ? parsed : throw new InvalidOperationException());
}
