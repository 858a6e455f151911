using System.Diagnostics;
using System.Globalization;
using Gatehouse.Security.Argon2id;
using Gatehouse.Security.Passwords;

namespace Gatehouse.Server.CommandLine.Health;

/// <summary>What a password hash costs on this machine, and what it could afford.</summary>
internal static class PasswordCost
{
    private const int Tries = 3; // the fastest counts: whatever else runs makes the others slower
    private const int LongMilliseconds = 500; // customers wait for this at every login
    private static readonly TimeSpan Affordable = TimeSpan.FromMilliseconds(100);
    private static readonly int[] Candidates = [19_456, 32_768, 49_152, 65_536, 98_304, 131_072, 196_608, 262_144];

    public static Check Examine(PasswordSettings settings)
    {
        var takes = Measure(settings.Parameters);
        var detail = $"{Describe(settings.Parameters)} takes {Tell(takes, settings)}";
        var (best, bestTakes) = Largest(settings.Iterations);
        var advice = best.MemoryKiB == settings.MemoryKiB ? null
            : $"{Describe(best)} would take {Tell(bestTakes, settings)}: Gatehouse:Passwords:MemoryKiB";
        return takes.TotalMilliseconds > LongMilliseconds
            ? Check.Warn("argon2id", detail, advice ?? "take less memory or fewer iterations")
            : Check.Ok("argon2id", detail, best.MemoryKiB > settings.MemoryKiB ? advice : null);
    }

    /// <summary>The most memory that stays affordable with this many passes; never below the default.</summary>
    private static (Argon2Parameters Parameters, TimeSpan Takes) Largest(int iterations)
    {
        var best = (Parameters: new Argon2Parameters(Candidates[0], iterations), Takes: TimeSpan.Zero);
        foreach (var candidate in Candidates)
        {
            var parameters = new Argon2Parameters(candidate, iterations);
            var takes = Measure(parameters);
            if (takes <= Affordable || candidate == Candidates[0])
                best = (parameters, takes);
            if (takes > Affordable)
                break;
        }
        return best;
    }

    private static TimeSpan Measure(Argon2Parameters parameters)
    {
        using var memory = new Argon2Memory();
        Span<byte> tag = stackalloc byte[PasswordHash.TagBytes];
        ReadOnlySpan<byte> salt = stackalloc byte[PasswordHash.SaltBytes];
        var fastest = TimeSpan.MaxValue;
        for (var at = 0; at < Tries; at++)
        {
            var began = Stopwatch.GetTimestamp();
            Argon2.Hash(parameters, "no password"u8, salt, [], [], memory, Argon2Kernels.Best, tag);
            var took = Stopwatch.GetElapsedTime(began);
            fastest = took < fastest ? took : fastest;
        }
        return fastest;
    }

    private static string Describe(Argon2Parameters parameters) =>
        $"m={parameters.MemoryKiB} KiB, t={parameters.Iterations}";

    private static string Tell(TimeSpan takes, PasswordSettings settings)
    {
        var (slots, perSecond) = (settings.MaxConcurrent, settings.MaxConcurrent / takes.TotalSeconds);
        return string.Create(CultureInfo.InvariantCulture,
            $"{takes.TotalMilliseconds:0.#} ms, about {perSecond:0} a second with {slots} at a time");
    }
}
