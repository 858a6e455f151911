namespace Gatehouse.Hypercore.Stores;

/// <summary>
/// Proves that the signers of a core signed two histories: two data messages, each a whole proof with its signature,
/// that agree in the core and differ in a block. Whoever knows the core key and the manifest can check it without
/// trusting us.
/// </summary>
public sealed record Evidence(ReadOnlyMemory<byte> Ours, ReadOnlyMemory<byte> Theirs, DateTimeOffset FoundAt);
