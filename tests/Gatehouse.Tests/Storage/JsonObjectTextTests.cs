using System.Text;
using System.Text.Json;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Storage;

public sealed class JsonObjectTextTests
{
    [Theory]
    [InlineData("{}", "{}")]
    [InlineData(
        " { \"a\" : [ 1 , 2.50e1 , true , null ] ,\n\t\"b c\" : \" d  e \" } ",
        "{\"a\":[1,2.50e1,true,null],\"b c\":\" d  e \"}")]
    [InlineData("{\"q\":\"\\\" \\\\\", \"r\":1}", "{\"q\":\"\\\" \\\\\",\"r\":1}")]
    [InlineData("{\"e\":\"\U0001F600 <b>\"}", "{\"e\":\"\U0001F600 <b>\"}")]
    [InlineData("{\"e\":\"\\ud83d\\ude00 \\u0000\"}", "{\"e\":\"\\ud83d\\ude00 \\u0000\"}")]
    [InlineData("{\"a\":{\"b\":{\"c\":{\"d\":1}}}}", "{\"a\":{\"b\":{\"c\":{\"d\":1}}}}")]
    [InlineData("{\"a\":1,\"A\":2,\"b\":{\"a\":3}}", "{\"a\":1,\"A\":2,\"b\":{\"a\":3}}")]
    [InlineData("{\"n\":123456789012345678901234567890}", "{\"n\":123456789012345678901234567890}")]
    public void An_object_is_kept_as_written_without_white_space(string sent, string kept)
    {
        Assert.True(JsonObjectText.TryParse(Encoding.UTF8.GetBytes(sent), out var json));
        Assert.Equal(kept, json.Text);
        Assert.True(JsonObjectText.TryParse(Encoding.UTF8.GetBytes(json.Text), out var again));
        Assert.Equal(json, again);
    }

    [Theory]
    [Meets("GH-SEC-201")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"{}\"")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{/**/}")]
    [InlineData("{'a':1}")]
    [InlineData("{\"a\":NaN}")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":1,\"\\u0061\":2}")]
    [InlineData("{\"x\":[{\"a\":1,\"a\":2}]}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("{\"a\":\"\\udc00\\ud800\"}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"a\":{\"b\":{\"c\":{\"d\":{}}}}}")]
    [InlineData("{\"a\":[[[[]]]]}")]
    public void What_is_no_object_or_reads_two_ways_or_is_too_deep_is_refused(string sent) =>
        Assert.False(JsonObjectText.TryParse(Encoding.UTF8.GetBytes(sent), out _));

    [Theory]
    [InlineData(0xFF)]
    [InlineData(0xC0)]
    [InlineData(0xED)]
    public void Invalid_UTF8_is_refused_and_not_replaced(byte wrong)
    {
        byte[] sent = [.. "{\"a\":\""u8, wrong, .. "\"}"u8];

        Assert.False(JsonObjectText.TryParse(sent, out _));
        using var document = JsonDocument.Parse(sent);
        Assert.False(JsonObjectText.TryParse(document.RootElement, out _));
    }

    [Fact]
    [Meets("GH-SEC-201")]
    public void An_object_has_at_most_4_KiB_whatever_white_space_it_came_with()
    {
        var largest = $"{{\"a\":\"{new string('x', 4096 - 8)}\"}}";

        Assert.Equal(4096, largest.Length);
        Assert.True(JsonObjectText.TryParse(Encoding.UTF8.GetBytes(largest + new string(' ', 100)), out _));
        Assert.False(JsonObjectText.TryParse(Encoding.UTF8.GetBytes(largest.Insert(2, "b")), out _));
    }

    [Fact]
    public void A_part_of_a_request_is_taken_as_it_was_sent()
    {
        using var document = JsonDocument.Parse("""{"config": {"theme": "dark"}, "name": "x"}""");

        Assert.True(JsonObjectText.TryParse(document.RootElement.GetProperty("config"), out var json));
        Assert.Equal("""{"theme":"dark"}""", json.Text);
        Assert.False(JsonObjectText.TryParse(document.RootElement.GetProperty("name"), out _));
        Assert.False(JsonObjectText.TryParse(default(JsonElement), out _));
    }

    [Fact]
    public void Any_text_is_answered() => HostileText.Check(text =>
        !JsonObjectText.TryParse(Encoding.UTF8.GetBytes($$"""{"a":"{{text}}"}"""), out var json)
        || JsonObjectText.TryParse(Encoding.UTF8.GetBytes(json.Text), out _));
}
