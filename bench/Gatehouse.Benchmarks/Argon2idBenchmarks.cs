using BenchmarkDotNet.Attributes;
using Gatehouse.Security.Argon2id;

namespace Gatehouse.Benchmarks;

/// <summary>One password hash at the product's cost: our kernels, libsodium, and npm's argon2, in one run.</summary>
[InProcess]
public class Argon2idBenchmarks
{
    private static readonly Argon2Parameters Parameters = new Security.Passwords.PasswordSettings().Parameters;
    private readonly byte[] tag = new byte[32];
    private Argon2Memory memory = null!;
    private NpmArgon2 npm = null!;

    [GlobalSetup]
    public void SetUp() => (memory, npm) = (new Argon2Memory(), new NpmArgon2(Parameters));

    [GlobalCleanup]
    public void CleanUp()
    {
        memory.Dispose();
        npm.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void Libsodium() => Sodium.Hash(Parameters, "correct horse battery staple"u8, "saltsaltsaltsalt"u8, tag);

    [Benchmark]
    public void Avx512() => Hash(Argon2Kernel.Avx512);

    [Benchmark]
    public void Avx2() => Hash(Argon2Kernel.Avx2);

    [Benchmark]
    public void Vector128() => Hash(Argon2Kernel.Vector128);

    [Benchmark]
    public void Scalar() => Hash(Argon2Kernel.Scalar);

    [Benchmark]
    public void Npm() => npm.Hash();

    private void Hash(Argon2Kernel kernel)
    {
        if (!Argon2Kernels.IsSupported(kernel))
            throw new NotSupportedException($"{kernel} is not supported here.");
        Argon2.Hash(
            Parameters, "correct horse battery staple"u8, "saltsaltsaltsalt"u8, default, default, memory, kernel, tag);
    }
}
