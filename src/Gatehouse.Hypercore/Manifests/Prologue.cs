using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Manifests;

/// <summary>Fixes the first blocks of a core by their tree hash instead of a signature.</summary>
public readonly record struct Prologue(Bytes32 Hash, ulong Length);
