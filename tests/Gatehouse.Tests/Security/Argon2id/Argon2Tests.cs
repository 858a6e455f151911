using System.Security.Cryptography;
using Gatehouse.Security.Argon2id;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Security.Argon2id;

public sealed class Argon2Tests
{
    /// <summary>All that this machine has; a machine without AVX-512 leaves that kernel untested, and unused.</summary>
    public static TheoryData<string> Kernels =>
        [.. Enum.GetValues<Argon2Kernel>().Where(Argon2Kernels.IsSupported).Select(kernel => kernel.ToString())];

    [Theory]
    [Meets("GH-SEC-016")]
    [MemberData(nameof(Kernels))]
    public void It_gives_the_tag_of_rfc_9106(string kernel)
    {
        var tag = new byte[32];
        switch (Enum.Parse<Argon2Kernel>(kernel))
        {
            case Argon2Kernel.Avx512: HashRfcVector<Avx512Kernel>(tag); break;
            case Argon2Kernel.Avx2: HashRfcVector<Avx2Kernel>(tag); break;
            case Argon2Kernel.Vector128: HashRfcVector<Vector128Kernel>(tag); break;
            default: HashRfcVector<ScalarKernel>(tag); break;
        }

        Assert.Equal("0D640DF58D78766C08C037A34A8B53C9D01EF0452D75B65EB52520E96B01E659", Convert.ToHexString(tag));
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void It_agrees_with_libsodium_whatever_the_memory_held(string kernel)
    {
        using var memory = new Argon2Memory();
        for (var run = 0; run < 40; run++)
        {
            var isLarge = run % 10 == 0;
            var memoryKiB = RandomNumberGenerator.GetInt32(isLarge ? 2000 : 8, isLarge ? 3200 : 208);
            var iterations = 1 + RandomNumberGenerator.GetInt32(4);
            var password = RandomNumberGenerator.GetBytes(RandomNumberGenerator.GetInt32(300));
            var salt = RandomNumberGenerator.GetBytes(16);
            var tag = new byte[16 + RandomNumberGenerator.GetInt32(120)];
            FillWithRandom(memory, memoryKiB);

            Argon2.Hash(
                new(memoryKiB, iterations), password, salt, [], [], memory, Enum.Parse<Argon2Kernel>(kernel), tag);

            var expected = Sodium.Argon2id(memoryKiB, iterations, password, salt, tag.Length);
            Assert.True(tag.AsSpan().SequenceEqual(expected), $"m={memoryKiB}, t={iterations}, {password.Length} B");
        }
    }

    [Fact]
    public void All_kernels_agree_on_the_default_cost()
    {
        using var memory = new Argon2Memory();
        var (password, salt) = (RandomNumberGenerator.GetBytes(20), RandomNumberGenerator.GetBytes(16));
        var expected = Sodium.Argon2id(19_456, 2, password, salt, 32);
        foreach (var kernel in Enum.GetValues<Argon2Kernel>().Where(Argon2Kernels.IsSupported))
        {
            var tag = new byte[32];
            Argon2.Hash(new(19_456, 2), password, salt, [], [], memory, kernel, tag);
            Assert.Equal(expected, tag);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Every_kernel_passes_the_self_test(string kernel) =>
        Assert.True(Argon2Kernels.PassesSelfTest(Enum.Parse<Argon2Kernel>(kernel)));

    [Fact]
    public void The_fastest_supported_kernel_is_chosen() =>
        Assert.Equal(Enum.GetValues<Argon2Kernel>().First(Argon2Kernels.IsSupported), Argon2Kernels.Best);

    [Fact]
    public void A_kernel_that_computes_wrongly_gives_way_to_the_next()
    {
        List<Argon2Kernel> tested = [];
        var chosen = Argon2Kernels.Choose(kernel =>
        {
            tested.Add(kernel);
            return kernel == Argon2Kernel.Scalar;
        });
        Assert.Equal(Argon2Kernel.Scalar, chosen);
        Assert.Equal(Enum.GetValues<Argon2Kernel>().Where(Argon2Kernels.IsSupported), tested);
    }

    [Fact]
    public void Without_a_correct_kernel_there_is_no_start() =>
        Assert.Throws<InvalidOperationException>(() => Argon2Kernels.Choose(_ => false));

    [Theory]
    [MemberData(nameof(Kernels))]
    public unsafe void The_memory_is_zero_afterwards(string kernel)
    {
        using var memory = new Argon2Memory();
        FillWithRandom(memory, 64);
        Argon2.Hash(
            new(64, 2), "password"u8, new byte[16], [], [], memory, Enum.Parse<Argon2Kernel>(kernel), new byte[32]);

        var words = (int)(memory.Blocks - memory.Scratch) + (64 * Argon2.BlockWords);
        var used = new ReadOnlySpan<ulong>(memory.Scratch, words);
        Assert.Equal(-1, used.IndexOfAnyExcept(0UL));
    }

    [Fact]
    public void Every_input_changes_the_tag()
    {
        HashSet<string> tags =
        [
            Hash(new(64, 2), "password", "salt-salt", "secret", "data", 32),
            Hash(new(65, 2), "password", "salt-salt", "secret", "data", 32),
            Hash(new(64, 3), "password", "salt-salt", "secret", "data", 32),
            Hash(new(64, 2), "Password", "salt-salt", "secret", "data", 32),
            Hash(new(64, 2), "password", "salt-Salt", "secret", "data", 32),
            Hash(new(64, 2), "password", "salt-salt", "", "data", 32),
            Hash(new(64, 2), "password", "salt-salt", "secret", "", 32),
            Hash(new(64, 2), "password", "salt-salt", "", "secretdata", 32),
            Hash(new(64, 2), "password", "salt-salt", "secret", "data", 33)[..64],
        ];
        Assert.Equal(9, tags.Count);
    }

    [Theory]
    [InlineData(7, 1)]
    [InlineData(262_145, 1)]
    [InlineData(8, 0)]
    [InlineData(8, 17)]
    [InlineData(-1, -1)]
    public void A_cost_out_of_range_is_refused(int memoryKiB, int iterations) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Hash(new(memoryKiB, iterations), "password", "salt-salt", "", "", 32));

    [Fact]
    public void A_tag_of_three_bytes_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Hash(new(8, 1), "password", "salt-salt", "", "", 3));

    [Fact]
    public void Memory_given_back_is_taken_again_when_needed()
    {
        using var memory = new Argon2Memory();
        byte[] first = new byte[32], second = new byte[32];
        Argon2.Hash(new(64, 1), "password"u8, new byte[16], [], [], memory, Argon2Kernels.Best, first);
        memory.Release();
        Assert.False(memory.IsAllocated);
        Argon2.Hash(new(64, 1), "password"u8, new byte[16], [], [], memory, Argon2Kernels.Best, second);
        Assert.True(memory.IsAllocated);
        Assert.Equal(first, second);
    }

    private static string Hash(
        Argon2Parameters parameters, string password, string salt, string secret, string data, int tagBytes)
    {
        using var memory = new Argon2Memory();
        var tag = new byte[tagBytes];
        Argon2.Hash(
            parameters, Bytes(password), Bytes(salt), Bytes(secret), Bytes(data), memory, Argon2Kernels.Best, tag);
        return Convert.ToHexString(tag);
    }

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static void HashRfcVector<TKernel>(Span<byte> tag)
        where TKernel : struct, IArgon2Kernel
    {
        using var memory = new Argon2Memory();
        new SeveralLanes<TKernel>(new Argon2Parameters(MemoryKiB: 32, Iterations: 3), lanes: 4, memory).Hash(
            Repeat(1, 32), Repeat(2, 16), Repeat(3, 8), Repeat(4, 12), tag);
    }

    private static byte[] Repeat(byte value, int count) => [.. Enumerable.Repeat(value, count)];

    private static unsafe void FillWithRandom(Argon2Memory memory, int memoryKiB)
    {
        memory.Prepare(memoryKiB);
        RandomNumberGenerator.Fill(new Span<byte>(
            memory.Scratch, ((int)(memory.Blocks - memory.Scratch) + (memoryKiB * Argon2.BlockWords)) * sizeof(ulong)));
    }
}
