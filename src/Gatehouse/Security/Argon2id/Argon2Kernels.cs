namespace Gatehouse.Security.Argon2id;

/// <summary>The kernels, fastest first.</summary>
internal enum Argon2Kernel
{
    Avx512,
    Avx2,
    Vector128,
    Scalar,
}

/// <summary>Chooses the kernel for this machine. One that computes wrongly here is never used.</summary>
internal static class Argon2Kernels
{
    // Small, so that it takes a fraction of a millisecond; with every input, a pass that accumulates, and enough blocks
    // for a second block of addresses.
    private static readonly Argon2Parameters SelfTestParameters = new(MemoryKiB: 600, Iterations: 2);

    private static readonly Lazy<Argon2Kernel> BestKernel = new(() => Choose(PassesSelfTest));

    /// <summary>The fastest kernel that is supported and passes the self-test, run at first use.</summary>
    /// <exception cref="InvalidOperationException">No kernel passes: the server must not start.</exception>
    public static Argon2Kernel Best => BestKernel.Value;

    private static ReadOnlySpan<byte> SelfTestTag =>
    [
        0xb5, 0x69, 0x0d, 0x3e, 0x69, 0x2d, 0x61, 0x02, 0x4c, 0x8f, 0xf8, 0xd1, 0xca, 0xe3, 0x49, 0x0d,
        0xfa, 0x28, 0xe5, 0x94, 0x5d, 0x82, 0x2a, 0x9b, 0x3a, 0x04, 0x55, 0xd0, 0x4e, 0x54, 0x02, 0x45,
    ];

    /// <summary>The fastest supported kernel that passes a test.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static Argon2Kernel Choose(Predicate<Argon2Kernel> passes)
    {
        foreach (var kernel in Enum.GetValues<Argon2Kernel>())
        {
            if (IsSupported(kernel) && passes(kernel))
                return kernel;
        }

        throw new InvalidOperationException("No Argon2id kernel computes correctly on this machine.");
    }

    public static bool IsSupported(Argon2Kernel kernel) => kernel switch
    {
        Argon2Kernel.Avx512 => Avx512Kernel.IsSupported,
        Argon2Kernel.Avx2 => Avx2Kernel.IsSupported,
        Argon2Kernel.Vector128 => Vector128Kernel.IsSupported,
        _ => ScalarKernel.IsSupported,
    };

    /// <summary>Whether a kernel computes a tag that other implementations agree on.</summary>
    public static bool PassesSelfTest(Argon2Kernel kernel)
    {
        using var memory = new Argon2Memory();
        Span<byte> tag = stackalloc byte[32];
        Argon2.Hash(
            SelfTestParameters, "password"u8, "saltsaltsaltsalt"u8, "secret"u8, "data"u8, memory, kernel, tag);
        return tag.SequenceEqual(SelfTestTag);
    }
}
