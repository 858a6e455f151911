using System.Runtime.InteropServices;

namespace Gatehouse.Security.Argon2id;

/// <summary>The cost of one hash: memory in KiB and passes over it. There is always one lane.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Argon2Parameters(int MemoryKiB, int Iterations)
{
    /// <summary>RFC 9106 asks for eight blocks per lane.</summary>
    public const int MinMemoryKiB = 8;

    /// <summary>256 MiB, 13 times the default: no stored record makes a server allocate more.</summary>
    public const int MaxMemoryKiB = 262_144;

    /// <summary>With the memory above, under a few seconds of work for one hash.</summary>
    public const int MaxIterations = 16;

    /// <summary>Whether both costs are in range, bounds included. Only then may they be hashed with.</summary>
    public bool AreInRange =>
        MemoryKiB is >= MinMemoryKiB and <= MaxMemoryKiB && Iterations is >= 1 and <= MaxIterations;
}
