using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;

namespace Gatehouse.Hypercore.Manifests;

/// <summary>
/// May sign a core: an Ed25519 key, within a namespace that keeps its signatures apart from other uses.
/// </summary>
public readonly record struct Signer(Bytes32 Namespace, PublicKey PublicKey)
{
    internal const int EncodedBytes = 1 + (2 * Bytes32.Size);
    private const ulong Ed25519 = 0;

    internal static Signer Read(ref CompactReader reader)
    {
        if (reader.ReadUInt() != Ed25519)
            reader.Fail();
        return new Signer(reader.ReadBytes32(), new PublicKey(reader.ReadBytes32()));
    }

    internal void Write(CompactWriter writer)
    {
        writer.WriteUInt(Ed25519);
        writer.WriteBytes32(Namespace);
        writer.WriteBytes32(PublicKey.Bytes);
    }
}
