using FsCheck;
using FsCheck.Fluent;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Names;
using Gatehouse.Jlinx.Tests.Support;

namespace Gatehouse.Jlinx.Tests.Names;

public sealed class DocumentIdTests
{
    private static readonly DocumentId Id = new(new CoreKey(Made.Same(0xab)));
    private static readonly string Bare = Multibase.Format(Id.Key.Bytes);

    [Fact]
    public void The_canonical_text_is_44_characters_after_the_scheme()
    {
        Assert.Equal("jlinx:" + Bare, Id.ToString());
        Assert.Equal("did:jlinx:" + Bare, Id.Did);
        Assert.Equal(44, Bare.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("jlinx:")]
    public void Every_form_that_is_in_use_is_read(string scheme)
    {
        foreach (var text in new[] { Bare, Id.Key.ToString(), Id.Key.Bytes.ToString() })
        {
            Assert.True(DocumentId.TryParse(scheme + text, out var read), text);
            Assert.Equal(Id, read);
            Assert.True(DocumentId.TryParse($" {scheme}{text}\r\n", out read), text);
        }
    }

    [Fact]
    public void Documents_write_the_canonical_text_and_no_other()
    {
        Assert.True(DocumentId.TryParseExact(Id.ToString(), out var read));
        Assert.Equal(Id, read);
        string[] others =
        [
            Bare, Id.Key.ToString(), "jlinx:" + Id.Key, "jlinx:" + Id.Key.Bytes, Id.Did, Id + " ", " " + Id,
                "JLINX:" + Bare,
            "jlinx:" + Bare + "=", "jlinx:" + Bare + ":1", "",
        ];
        foreach (var other in others)
            Assert.False(DocumentId.TryParseExact(other, out _), other);
    }

    [Fact]
    public void A_did_has_its_own_scheme()
    {
        Assert.True(DocumentId.TryParseDid(Id.Did, out var read));
        Assert.Equal(Id, read);
        foreach (var other in new[] { Bare, Id.ToString(), "DID:jlinx:" + Bare, "did:jlinx:" + Id.Key,
            "did:key:" + Bare, "" })
        {
            Assert.False(DocumentId.TryParseDid(other, out _), other);
        }
        Assert.False(DocumentId.TryParse(Id.Did, out _));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("u")]
    [InlineData("jlinx:")]
    [InlineData("jlinx:jlinx:")]
    [InlineData("https://app.example")]
    public void What_is_no_id_is_refused(string? text) => Assert.False(DocumentId.TryParse(text, out _));

    [Fact]
    public void Each_form_has_one_text()
    {
        // Any one character changed gives another id or none.
        foreach (var text in new[] { Id.ToString(), "jlinx:" + Id.Key, "jlinx:" + Id.Key.Bytes })
        {
            for (var at = 0; at < text.Length; at++)
            {
                foreach (var character in "ABCyzu019-_=+/: \u00fc\0")
                {
                    var other = $"{text[..at]}{character}{text[(at + 1)..]}";
                    if (other != text && DocumentId.TryParse(other, out var read))
                        Assert.NotEqual(Id, read);
                }
            }
            Assert.False(DocumentId.TryParse(text + "=", out _));
            Assert.False(DocumentId.TryParse(text[..^1], out _));
            Assert.False(DocumentId.TryParse(text + text[^1], out _));
            Assert.False(DocumentId.TryParse(text.ToUpperInvariant(), out _));
        }
        Assert.False(DocumentId.TryParse(Id.Key.Bytes.ToString().ToUpperInvariant(), out _));
    }

    [Fact]
    public void Any_32_bytes_have_a_text_that_means_them() => Prop.ForAll<byte[]>(bytes =>
    {
        bytes ??= [];
        var key = new Bytes32([.. bytes.Concat(new byte[32]).Take(32)]);
        var id = new DocumentId(new CoreKey(key));
        return DocumentId.TryParseExact(id.ToString(), out var exact) && exact == id
            && DocumentId.TryParseDid(id.Did, out var did) && did == id
            && DocumentId.TryParse(key.ToString(), out var hex) && hex == id
            && DocumentId.TryParse(id.Key.ToString(), out var z) && z == id;
    }).Check(Config.QuickThrowOnFailure);

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    public void Multibase_has_one_text_for_each_value(int size)
    {
        var bytes = Enumerable.Range(0, size).Select(i => (byte)(i * 37)).ToArray();
        var text = Multibase.Format(bytes);
        var read = new byte[size];
        Assert.True(Multibase.TryParse(text, read));
        Assert.Equal(bytes, read);
        foreach (var last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        {
            if (text[^1] != last && Multibase.TryParse(text[..^1] + last, read))
                Assert.NotEqual(bytes, read); // spare bits are zero
        }
        foreach (var other in new[] { text[1..], "z" + text[1..], "U" + text[1..], text + "=", text + "==",
            text + "\n", " " + text })
        {
            Assert.False(Multibase.TryParse(other, read), other);
        }
        Assert.False(Multibase.TryParse(text, new byte[size + 1]));
        Assert.False(Multibase.TryParse(text, new byte[size - 1]));
    }

    [Fact]
    public void Multibase_is_of_the_alphabet_for_addresses()
    {
        var bytes = Made.Repeated(0xff);
        Assert.Equal("u__________________________________________8", Multibase.Format(bytes));
        Assert.False(Multibase.TryParse("u//////////////////////////////////////////8", bytes));
        Assert.False(Multibase.TryParse("u__________________________________________9", bytes));
    }
}
