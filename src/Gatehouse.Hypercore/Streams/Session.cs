using Gatehouse.Hypercore.Keys;

namespace Gatehouse.Hypercore.Streams;

/// <summary>
/// What a handshake ended in: who the other side is, who dialled, and the 64 bytes that bind both to this connection.
/// </summary>
internal sealed record Session(bool IsInitiator, PublicKey Remote, ReadOnlyMemory<byte> HandshakeHash);
