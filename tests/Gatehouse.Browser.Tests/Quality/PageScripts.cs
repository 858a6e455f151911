using Gatehouse.Tests.Support;

namespace Gatehouse.Browser.Tests.Quality;

/// <summary>What runs inside a page to judge it. The debugger puts it there, which no content policy forbids.</summary>
internal static class PageScripts
{
    private static readonly Lazy<Task<string>> Axe = new(() => File.ReadAllTextAsync(
        Path.Combine(Node.RepositoryRoot, "tests", "node", "node_modules", "axe-core", "axe.min.js")));

    private static readonly Lazy<Task<string>> Judge = new(() => ReadAsync("axe.js"));
    private static readonly Lazy<Task<string>> Checks = new(() => ReadAsync("checks.js"));

    /// <summary>axe-core itself: to be run once in a page.</summary>
    public static Task<string> AxeAsync() => Axe.Value;

    public static Task<string> JudgeAsync() => Judge.Value;

    public static Task<string> ChecksAsync() => Checks.Value;

    private static Task<string> ReadAsync(string file) =>
        File.ReadAllTextAsync(Path.Combine(Node.RepositoryRoot, "tests", "Gatehouse.Browser.Tests", "Quality", file));
}
