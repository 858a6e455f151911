using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Json;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.Jlinx.Headers;

/// <summary>
/// Writes headers with their proof, and reads them. The proof is the last member and covers the bytes before it
/// together with the document's id, so that a header can't be moved to another document.
/// </summary>
public static class HeaderCodec
{
    private static ReadOnlySpan<byte> ProofMember => ",\"proof\""u8;

    /// <summary>Writes block 0 of a document, proven by a key of its author.</summary>
    /// <exception cref="ArgumentException">Nobody could read it: it is too long or malformed.</exception>
    public static byte[] Write(Header header, CoreKey document, KeyPair author)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(author);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            HeaderMembers.Write(json, header);
            json.Flush();
            var hash = HashOf(document, buffer.WrittenSpan);
            Span<byte> signature = stackalloc byte[KeyPair.SignatureBytes], bytes = stackalloc byte[Bytes32.Size];
            hash.CopyTo(bytes);
            author.Sign(bytes, signature);
            json.WriteString("proof", Multibase.Format(signature));
            json.WriteEndObject();
        }
        if (!TryRead(buffer.WrittenSpan, document, out _)) // what is block 0 stays so: better none than one in vain
            throw new ArgumentException("The header is none that can be read.", nameof(header));
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads block 0, whoever it is of: see <see cref="SignedHeader.IsProvenBy"/>.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> block, CoreKey document, [NotNullWhen(true)] out SignedHeader? header)
    {
        header = null;
        if (block.Length > DocumentLimits.HeaderBytes || StrictJson.ReadObject(block) is not { } json)
            return false;
        var members = new Members(json);
        var read = HeaderMembers.Read(members);
        var proof = members.Bytes("proof", KeyPair.SignatureBytes);
        var covered = block.LastIndexOf(ProofMember);
        if (!members.AreAllTaken || covered < 0 || !EndsWith(block[covered..], proof))
            return false;
        header = new SignedHeader(read, HashOf(document, block[..covered]), proof);
        return true;
    }

    /// <summary>Whether the proof is the end, byte for byte: nothing that it doesn't cover comes after.</summary>
    private static bool EndsWith(ReadOnlySpan<byte> end, ReadOnlySpan<byte> proof) =>
        end.SequenceEqual(System.Text.Encoding.ASCII.GetBytes($",\"proof\":\"{Multibase.Format(proof)}\"}}"));

    private static Bytes32 HashOf(CoreKey document, ReadOnlySpan<byte> covered)
    {
        var data = new byte[Bytes32.Size + covered.Length];
        document.Bytes.CopyTo(data);
        covered.CopyTo(data.AsSpan(Bytes32.Size));
        return Labels.Hash("jlinx/header/1"u8, data);
    }
}

/// <summary>Is a header and what proves whose it is.</summary>
public sealed class SignedHeader
{
    private readonly Bytes32 hash;
    private readonly byte[] proof;

    internal SignedHeader(Header header, Bytes32 hash, byte[] proof)
    {
        Header = header;
        this.hash = hash;
        this.proof = proof;
    }

    /// <summary>What it says.</summary>
    public Header Header { get; }

    /// <summary>Whether one of these keys has signed it; which they are, the author's Did says.</summary>
    public bool IsProvenBy(IEnumerable<PublicKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return keys.Any(key =>
        {
            Span<byte> message = stackalloc byte[Bytes32.Size], publicKey = stackalloc byte[Bytes32.Size];
            hash.CopyTo(message);
            key.Bytes.CopyTo(publicKey);
            return Sodium.Verify(proof, message, publicKey);
        });
    }
}
