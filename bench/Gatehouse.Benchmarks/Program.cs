using System.Globalization;
using BenchmarkDotNet.Running;
using Gatehouse.Benchmarks;

// Five modes serve bench/run, bench/growth and docs/performance.md; everything else goes to BenchmarkDotNet (-- --filter '*Argon2id*').
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
    case ["fill", var connectionString, var from, var to]:
        await Filling.RunAsync(connectionString, long.Parse(from, CultureInfo.InvariantCulture),
            long.Parse(to, CultureInfo.InvariantCulture), CancellationToken.None);
        return 0;
    case ["plans", var connectionString]:
        await Filling.ExplainAsync(connectionString, CancellationToken.None);
        return 0;
    case ["cores", var connectionString, var count]:
        await DurableCores.AppendAsync(connectionString, int.Parse(count, CultureInfo.InvariantCulture));
        return 0;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
