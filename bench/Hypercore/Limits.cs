using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;

namespace Hypercore;

/// <summary>What no log with these algorithms can be faster than, on one thread.</summary>
internal static class Limits
{
    private const int Signatures = 20_000, Blocks = 500_000;

    public static void Print()
    {
        using var pair = KeyPair.Generate();
        var message = new byte[Caps.SignableBytes];
        var signature = new byte[KeyPair.SignatureBytes];
        Span<byte> publicKey = stackalloc byte[Bytes32.Size];
        pair.PublicKey.Bytes.CopyTo(publicKey);
        Warm(() => pair.Sign(message, signature));

        var signing = new Measured("Ed25519 sign");
        for (var i = 0; i < Signatures; i++)
            pair.Sign(message, signature);
        signing.Print(Signatures);

        var verifying = new Measured("Ed25519 verify");
        for (var i = 0; i < Signatures; i++)
            Sodium.Verify(signature, message, publicKey);
        verifying.Print(Signatures);

        Hash();
    }

    /// <summary>A leaf and a parent: each block comes with one of both, over a whole tree.</summary>
    private static void Hash()
    {
        var block = new byte[Measured.BlockBytes];
        var node = Caps.LeafHash(block);
        Warm(() => Caps.ParentHash(1, Caps.LeafHash(block), node));
        var hashing = new Measured("BLAKE2b, leaf and parent");
        for (var i = 0; i < Blocks; i++)
            node = Caps.ParentHash(1, Caps.LeafHash(block), node);
        hashing.Print(Blocks);
    }

    private static void Warm(Action work)
    {
        for (var i = 0; i < 2000; i++)
            work();
    }
}
