using System.Globalization;
using Hypercore;

// bench/hypercore.mjs calls this: each verb prints a line of JSON.
switch (args)
{
    case ["limits"]:
        Limits.Print();
        return 0;
    case ["append", var count]:
        await Appending.OneByOneAsync(int.Parse(count, CultureInfo.InvariantCulture));
        return 0;
    case ["batch", var count]:
        await Appending.AtOnceAsync(int.Parse(count, CultureInfo.InvariantCulture));
        return 0;
    case ["verify", var count]:
        await Verifying.RunAsync(int.Parse(count, CultureInfo.InvariantCulture));
        return 0;
    case ["serve", var count]:
        await Replicating.ServeAsync(int.Parse(count, CultureInfo.InvariantCulture));
        return 0;
    case ["fetch", var count, var port, var key]:
        await Replicating.FetchAsync(
            int.Parse(count, CultureInfo.InvariantCulture), int.Parse(port, CultureInfo.InvariantCulture), key);
        return 0;
    default:
        Console.Error.WriteLine("limits | append N | batch N | verify N | serve N | fetch N PORT KEY");
        return 2;
}
