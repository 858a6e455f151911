using System.Globalization;
using BenchmarkDotNet.Running;
using Gatehouse.Benchmarks;

// Two modes serve bench/run; everything else goes to BenchmarkDotNet (dotnet run -c Release -- --filter '*Argon2id*').
switch (args)
{
    case ["hash", var seconds]:
        Console.WriteLine(HashingAlone.Measure(TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture))));
        return 0;
    case ["tokens", var publicUrl, var token, var count]:
        await TokenSigner.WriteAsync(publicUrl, token, int.Parse(count, CultureInfo.InvariantCulture), CancellationToken.None);
        return 0;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
