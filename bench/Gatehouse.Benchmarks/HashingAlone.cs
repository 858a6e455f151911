using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Gatehouse.Security.Argon2id;
using Gatehouse.Security.Passwords;

namespace Gatehouse.Benchmarks;

/// <summary>
/// Passwords hashed a second at the product's cost by as many threads as it uses, and the microseconds of processor
/// time that each took: what bounds a login.
/// </summary>
internal static class HashingAlone
{
    public static string Measure(TimeSpan duration)
    {
        var settings = new PasswordSettings();
        var counts = new int[settings.MaxConcurrent];
        var clock = Stopwatch.StartNew();
        var threads = counts.Select((_, slot) =>
            new Thread(() => Hash(settings.Parameters, clock, duration, ref counts[slot]))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        var rate = counts.Sum() / clock.Elapsed.TotalSeconds;
        var processorTime = Environment.CpuUsage.TotalTime.TotalMicroseconds / counts.Sum();
        return string.Create(CultureInfo.InvariantCulture, $"{rate:F1} {processorTime:F0}");
    }

    private static void Hash(Argon2Parameters parameters, Stopwatch clock, TimeSpan duration, ref int count)
    {
        using var memory = new Argon2Memory();
        var salt = RandomNumberGenerator.GetBytes(PasswordHash.SaltBytes);
        var tag = new byte[PasswordHash.TagBytes];
        while (clock.Elapsed < duration)
        {
            Argon2.Hash(
                parameters, "correct horse battery staple"u8, salt, default, default, memory, Argon2Kernels.Best, tag);
            count++;
        }
    }
}
