using System.Reflection;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Docs;

/// <summary>A line of <c>requirements.txt</c>: <c>id | statement</c>, and <c>| reason</c> where it has no test.</summary>
internal sealed record Requirement(string Section, string Id, string Statement, string? Reason)
{
    private static readonly string File = Path.Combine(
        Node.RepositoryRoot, "tests", "Gatehouse.Tests", "Docs", "requirements.txt");

    /// <summary>In the order of the file; a line that begins with <c>#</c> is a section's heading.</summary>
    public static IReadOnlyList<Requirement> All { get; } = [.. Read()];

    /// <summary>Which tests say that they meet which requirement.</summary>
    public static ILookup<string, string> Tests { get; } = typeof(MeetsAttribute).Assembly.GetTypes()
        .SelectMany(type => Named(type, TestName.Of(type)).Concat(type
            .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .SelectMany(method => Named(method, TestName.Of(type, method)))))
        .OrderBy(pair => pair.Test, StringComparer.Ordinal)
        .ToLookup(pair => pair.Id, pair => pair.Test, StringComparer.Ordinal);

    private static IEnumerable<(string Id, string Test)> Named(MemberInfo member, string test) =>
        member.GetCustomAttribute<MeetsAttribute>()?.Ids.Select(id => (id, test)) ?? [];

    private static IEnumerable<Requirement> Read()
    {
        var section = "";
        foreach (var line in System.IO.File.ReadLines(File).Where(line => line.Length > 0))
        {
            if (line.StartsWith("# ", StringComparison.Ordinal))
                section = line[2..];
            else if (line.Split(" | ") is [var id, var statement, .. var rest] && rest.Length <= 1)
                yield return new Requirement(section, id, statement, rest.Length == 1 ? rest[0] : null);
            else
                throw new FormatException($"Not 'id | statement' or 'id | statement | reason': {line}");
        }
    }
}

/// <summary>A test as a reader sees it: its class, and its name as the sentence that it is.</summary>
internal static class TestName
{
    public static string Of(Type type) => $"`{type.Name}`";

    public static string Of(Type type, MethodInfo method) => $"{Of(type)}: {method.Name.Replace('_', ' ')}";
}
