using System.Collections.Concurrent;

namespace Gatehouse.IdentityManager.Tests.Support;

/// <summary>What somebody types, line by line; null ends it.</summary>
internal sealed class Keyboard : TextReader
{
    private readonly BlockingCollection<string?> lines = [];

    public void Type(string? line) => lines.Add(line);

    public override string? ReadLine() => lines.Take();
}
