using System.Text;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;
using Gatehouse.Jlinx.Tests.Support;

namespace Gatehouse.Jlinx.Tests.Headers;

public sealed class ProofTests
{
    private static readonly KeyPair Author = Made.Pair(1), Document = Made.Pair(2), Other = Made.Pair(3);
    private static readonly CoreKey Key = Made.KeyOf(Document);
    private static readonly byte[] Block = HeaderCodec.Write(Made.AppUser(Author), Key, Author);
    private static readonly string Text = Encoding.UTF8.GetString(Block);
    private static readonly int At = Text.LastIndexOf(",\"proof\"", StringComparison.Ordinal);

    [Fact]
    public void A_header_is_proven_by_its_author_and_nobody_else()
    {
        Assert.True(HeaderCodec.TryRead(Block, Key, out var header));
        Assert.True(header.IsProvenBy([Author.PublicKey]));
        Assert.True(header.IsProvenBy([Other.PublicKey, Author.PublicKey]));
        Assert.False(header.IsProvenBy([Other.PublicKey, Document.PublicKey]));
        Assert.False(header.IsProvenBy([]));
    }

    [Fact]
    public void Moved_to_another_document_it_proves_nothing()
    {
        Assert.True(HeaderCodec.TryRead(Block, Made.KeyOf(Other), out var header));
        Assert.False(header.IsProvenBy([Author.PublicKey]));
    }

    [Fact]
    public void Every_bit_counts()
    {
        foreach (var flipped in Flips.Of(Block))
        {
            if (HeaderCodec.TryRead(flipped, Key, out var header))
                Assert.False(header.IsProvenBy([Author.PublicKey]));
        }
    }

    [Fact]
    public void Nothing_comes_after_the_proof_or_between()
    {
        Assert.True(IsRead(Text));
        Assert.False(IsRead(Text + " "));
        Assert.False(IsRead(Text + "\n"));
        Assert.False(IsRead(Text + "\0"));
        Assert.False(IsRead(Text[..^1] + " }"));
        Assert.False(IsRead(Text[..^1] + ",\"ext\":{}}"));
        Assert.False(IsRead(Text.Replace(",\"proof\":", ", \"proof\":", StringComparison.Ordinal)));
        Assert.False(IsRead(Text.Replace("\"proof\":", "\"proof\": ", StringComparison.Ordinal)));
        Assert.False(IsRead(Text.Replace("\"proof\"", "\"proo\\u0066\"", StringComparison.Ordinal)));
        Assert.False(IsRead(Text.Replace("\"proof\":\"u", "\"proof\":\"\\u0075", StringComparison.Ordinal)));
        Assert.False(IsRead(Text[..At] + "}"));
        Assert.False(IsRead(Text[..At] + Text[At..^1] + Text[At..]));
    }

    [Fact]
    public void A_proof_in_the_middle_or_within_is_none()
    {
        var proof = Text[At..^1];
        Assert.False(IsRead("{" + proof[1..] + "," + Text[1..At] + "}"));
        Assert.False(IsRead(Text[..At] + proof + ",\"ext\":{\"a\":1" + proof + "}}"));
        Assert.False(IsRead(Text[..At] + ",\"ext\":{\"a\":1" + proof + "}}"));
        // The last one is what counts, and what comes before it is covered.
        var within = Text[..At] + ",\"ext\":{\"a\":1" + proof + "}";
        var block = Made.Prove(within, Document, Author);
        Assert.True(HeaderCodec.TryRead(block, Key, out var header));
        Assert.True(header.IsProvenBy([Author.PublicKey]));
        Assert.True(HeaderCodec.TryRead(Encoding.UTF8.GetBytes(within + proof + "}"), Key, out header));
        Assert.False(header.IsProvenBy([Author.PublicKey]));
    }

    [Fact]
    public void A_proof_of_another_form_is_none()
    {
        var signature = new byte[KeyPair.SignatureBytes];
        Assert.True(Multibase.TryParse(Text.AsSpan()[(At + 10)..^2], signature));
        byte[][] others = [signature[..63], [.. signature, 0], [], [.. signature[32..], .. signature[..32]]];
        foreach (var other in others)
        {
            var text = Text[..At] + $",\"proof\":\"{Multibase.Format(other)}\"}}";
            Assert.False(HeaderCodec.TryRead(Encoding.UTF8.GetBytes(text), Key, out var header)
                && header.IsProvenBy([Author.PublicKey]));
        }
        Assert.False(IsRead(Text[..^2] + "=\"}"));
        Assert.False(IsRead(Text[..At] + ",\"proof\":null}"));
        Assert.False(IsRead(Text[..At] + ",\"proof\":[]}"));
    }

    [Fact]
    public void A_signature_with_a_large_s_or_a_key_of_small_order_is_refused()
    {
        Assert.True(HeaderCodec.TryRead(Block, Key, out _));
        var signature = new byte[KeyPair.SignatureBytes];
        Assert.True(Multibase.TryParse(Text.AsSpan()[(At + 10)..^2], signature));
        var order = Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        for (int i = 0, carry = 0; i < 32; i++) // S + L: the same to a careless reader
        {
            var sum = signature[32 + i] + order[i] + carry;
            (signature[32 + i], carry) = ((byte)sum, sum >> 8);
        }
        var text = Text[..At] + $",\"proof\":\"{Multibase.Format(signature)}\"}}";
        Assert.True(HeaderCodec.TryRead(Encoding.UTF8.GetBytes(text), Key, out var header));
        Assert.False(header.IsProvenBy([Author.PublicKey]));

        // The neutral element as a key and as R, and S = 0, fit any message.
        byte[] neutral = [1, .. new byte[31]];
        text = Text[..At] + $",\"proof\":\"{Multibase.Format([.. neutral, .. new byte[32]])}\"}}";
        Assert.True(HeaderCodec.TryRead(Encoding.UTF8.GetBytes(text), Key, out header));
        Assert.False(header.IsProvenBy([new PublicKey(neutral)]));
    }

    [Fact]
    public void A_huge_header_is_refused()
    {
        var covered = Text[..At] + ",\"ext\":{\"x\":\"";
        var room = 4096 - Made.Prove(covered + "\"}", Document, Author).Length;
        Assert.True(HeaderCodec.TryRead(Made.Prove(covered + new string('x', room) + "\"}", Document, Author), Key,
            out _));
        Assert.False(HeaderCodec.TryRead(
            Made.Prove(covered + new string('x', room + 1) + "\"}", Document, Author), Key, out _));
        Assert.False(HeaderCodec.TryRead(new byte[20_000_000], Key, out _));
        Assert.False(HeaderCodec.TryRead([], Key, out _));
    }

    [Fact]
    public void Mutated_headers_are_refused_or_not_proven()
    {
        var garbage = new Garbage(5);
        for (var i = 0; i < 20_000; i++)
        {
            var block = garbage.Mutate(Block);
            if (!block.AsSpan().SequenceEqual(Block) && HeaderCodec.TryRead(block, Key, out var header))
                Assert.False(header.IsProvenBy([Author.PublicKey]));
        }
    }

    private static bool IsRead(string text) => HeaderCodec.TryRead(Encoding.UTF8.GetBytes(text), Key, out _);
}
