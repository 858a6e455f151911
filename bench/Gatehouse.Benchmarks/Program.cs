using System.Globalization;
using BenchmarkDotNet.Running;
using Gatehouse.Benchmarks;

// Two modes serve bench/run; everything else goes to BenchmarkDotNet (-- --filter '*Argon2id*').
switch (args)
{
    case ["hash", var seconds]:
        var duration = TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture));
        Console.WriteLine(HashingAlone.Measure(duration));
        return 0;
    case ["tokens", var publicUrl, var token, var count]:
        var number = int.Parse(count, CultureInfo.InvariantCulture);
        await TokenSigner.WriteAsync(publicUrl, token, number, CancellationToken.None);
        return 0;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
