using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Gatehouse.Hypercore.Keys;

namespace Gatehouse.Hypercore.Streams;

/// <summary>
/// What a handshake ended in: who the other side is, who dialled, and the 64 bytes that bind both to this connection.
/// </summary>
internal sealed record Session(bool IsInitiator, PublicKey Remote, ReadOnlyMemory<byte> HandshakeHash)
{
    /// <summary>Zeroes the hash, which the capabilities of this connection are made with.</summary>
    public void Forget() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsMemory(HandshakeHash).Span);
}
