using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Gatehouse.Jlinx.Json;

namespace Gatehouse.Jlinx.Tests.Json;

public sealed class StrictJsonTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"a":0,"b":9007199254740991,"c":[1,[2]],"d":{"a":"\ud83d\ude00é"},"e":true,"f":null}""")]
    [InlineData("""{ "a" : [ ] } """)]
    [InlineData("""{"a":[[[[[[{}]]]]]]}""")]
    public void Plain_json_is_read(string json) => Assert.NotNull(Read(json));

    [Theory]
    [InlineData("")]
    [InlineData(" {}")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("\"a\"")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{}}")]
    [InlineData("{}{}")]
    [InlineData("{}0")]
    [InlineData("{}\0")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{"a":[1,]}""")]
    [InlineData("""{'a':1}""")]
    [InlineData("""{a:1}""")]
    [InlineData("""{"a":1 "b":2}""")]
    [InlineData("""{"a":/**/1}""")]
    [InlineData("{\"a\":1}//")]
    [InlineData("{\"a\":\"\n\"}")]
    [InlineData("""{"a":NaN}""")]
    [InlineData("""{"a":[[[[[[[{}]]]]]]]}""")]
    public void What_is_not_strict_is_refused(string json) => Assert.Null(Read(json));

    [Theory]
    [InlineData("""{"a":1,"a":1}""")]
    [InlineData("""{"a":1,"b":2,"\u0061":3}""")]
    [InlineData("""{"type":"SessionRejected","\u0074ype":"SessionApproved"}""")]
    [InlineData("""{"type":"SessionRejected","t\u0079p\u0065":"SessionApproved"}""")]
    [InlineData("""{"/":1,"\/":1}""")]
    [InlineData("""{"é":1,"\u00e9":1}""")]
    [InlineData("""{"\ud83d\ude00":1,"😀":1}""")]
    [InlineData("""{"":1,"":1}""")]
    [InlineData("""{"a":{"b":1,"b":2}}""")]
    [InlineData("""{"a":[{"b":1,"\u0062":2}]}""")]
    [InlineData("""{"a":[[[[[{"b":1,"\u0062":2}]]]]]}""")]
    [InlineData("""{"ext":{"b":{"c":0,"c":0}}}""")]
    public void No_member_is_there_twice_at_any_depth_however_it_is_written(string json) => Assert.Null(Read(json));

    [Theory]
    [InlineData("1.0")]
    [InlineData("1e2")]
    [InlineData("1E2")]
    [InlineData("1e0")]
    [InlineData("-0")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("01")]
    [InlineData("00")]
    [InlineData("0x1")]
    [InlineData(".5")]
    [InlineData("0.5")]
    [InlineData("9007199254740992")]
    [InlineData("9007199254740993")]
    [InlineData("9223372036854775808")]
    [InlineData("18446744073709551616")]
    [InlineData("100000000000000000000000000000000000000000")]
    public void Numbers_are_integers_in_their_only_form(string number)
    {
        Assert.Null(Read("{\"a\":" + number + "}"));
        Assert.Null(Read("{\"ext\":{\"a\":[" + number + "]}}"));
    }

    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"a":"\udc00"}""")]
    [InlineData("""{"a":"\udc00\ud800"}""")]
    [InlineData("""{"a":"\ud800x"}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"a":["\ud800"]}""")]
    public void Half_a_surrogate_pair_is_refused(string json) => Assert.Null(Read(json));

    [Fact]
    public void What_is_not_utf8_is_refused()
    {
        foreach (var bad in new byte[][] { [0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x80],
            [0xc3] })
        {
            Assert.Null(StrictJson.ReadObject([.. "{\"a\":\""u8, .. bad, .. "\"}"u8]));
            Assert.Null(StrictJson.ReadObject([.. "{\""u8, .. bad, .. "\":1}"u8]));
        }
        Assert.Null(StrictJson.ReadObject([0xef, 0xbb, 0xbf, .. "{}"u8]));
        Assert.Null(StrictJson.ReadObject(Encoding.Unicode.GetBytes("{}")));
        Assert.Null(StrictJson.ReadObject(Encoding.BigEndianUnicode.GetBytes("{}")));
    }

    [Fact]
    public void Deep_wide_and_long_input_is_no_trouble()
    {
        Assert.Null(Read(string.Concat(Enumerable.Repeat("{\"a\":", 100_000))));
        Assert.Null(Read("{\"a\":" + new string('[', 100_000)));
        var wide = "{" + string.Join(',', Enumerable.Range(0, 2_000).Select(i => $"\"{i}\":{i}")) + "}";
        Assert.NotNull(Read(wide));
        Assert.Null(Read(wide[..^1] + ",\"1999\":1}"));
        Assert.Null(Read($"{{\"a\":{new string('9', 16_000)}}}"));
    }

    [Fact]
    public void Any_bytes_are_read_or_refused() => Prop.ForAll<byte[]>(bytes =>
    {
        StrictJson.ReadObject([(byte)'{', .. bytes ?? []]);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Mutated_json_is_read_or_refused()
    {
        var garbage = new Garbage(3);
        var json = """{"a":0,"b":9007199254740991,"c":[1,[2]],"d":{"a":"\ud83d\ude00é"},"e":true}"""u8.ToArray();
        for (var i = 0; i < 30_000; i++)
            StrictJson.ReadObject(garbage.Mutate(json));
    }

    private static System.Text.Json.JsonElement? Read(string json) => StrictJson.ReadObject(Encoding.UTF8.GetBytes(
        json));
}
