using System.Reflection;
using System.Text.RegularExpressions;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Tests;

/// <summary>The house's plan, held against the source: which room may use which, and what no room may do.</summary>
public sealed partial class ArchitectureTests
{
    private const int MostLines = 400;
    private const int MostColumns = 160; // the house writes 120; long literals of tests and tables are let be

    private static readonly string Source = Path.Combine(Node.RepositoryRoot, "src");

    private static readonly string[] Floor = ["Storage", "Texts", "Http", "Security", "Configuration"];

    /// <summary>What each room may use besides the floor. A new room must be written down here.</summary>
    private static readonly Dictionary<string, string[]> Rooms = new(StringComparer.Ordinal)
    {
        ["Accounts"] = ["Events"],
        ["Events"] = [],
        ["Links"] = [],
        ["Mail"] = [],
        ["Tokens"] = [],
        ["Users"] = ["Accounts", "Events"],
        ["Sessions"] = ["Users", "Accounts", "Tokens", "Mail", "Events"],
        ["Invites"] = [],
        ["Jlinx"] = ["SocialLogin", "Invites", "Sessions", "Users", "Accounts", "Mail", "Events"],
        ["SignUp"] = ["Invites", "Sessions", "Users", "Accounts", "Links", "Mail", "Events"],
        ["Recovery"] = ["SignUp", "Sessions", "Accounts", "Links", "Mail", "Events"],
        ["SocialLogin"] = ["Invites", "Sessions", "Users", "Accounts", "Tokens", "Mail", "Events"],
        ["Settings"] = ["Jlinx", "SocialLogin", "Recovery", "SignUp", "Sessions", "Users", "Accounts", "Links", "Mail", "Events"],
        ["Pages"] = ["Jlinx", "SocialLogin", "SignUp", "Recovery", "Settings", "Invites", "Sessions", "Users", "Accounts", "Mail", "Links", "Events"],
        ["Embedding"] = ["Pages", "Sessions"],
        ["Hosting"] = ["Jlinx", "SocialLogin", "SignUp", "Recovery", "Settings", "Invites", "Sessions", "Users", "Accounts", "Tokens", "Links", "Mail", "Events", "Pages"],
    };

    /// <summary>What the floor's own parts may use: each other in one direction, and two words of the rooms above.</summary>
    private static readonly Dictionary<string, string[]> FloorParts = new(StringComparer.Ordinal)
    {
        ["Security"] = [],
        ["Storage"] = [],
        ["Texts"] = [],
        ["Http"] = ["Configuration", "Security", "Storage", "Texts"],
        // The settings are made of what they set: limits, the mail server, the shape of a username.
        ["Configuration"] = ["Http", "Security", "Storage", "Texts", "Mail", "Accounts", "Tokens"],
    };

    private static IEnumerable<(string Path, string[] Lines)> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(path => (Path.GetRelativePath(Node.RepositoryRoot, path), File.ReadAllLines(path)));

    [Fact]
    public void Every_room_is_on_the_plan()
    {
        var rooms = Directory.EnumerateDirectories(Path.Combine(Source, "Gatehouse")).Select(path => Path.GetFileName(path)!)
            .Where(name => name is not ("bin" or "obj")).Order(StringComparer.Ordinal);

        Assert.Equal(string.Join(' ', Rooms.Keys.Concat(Floor).Order(StringComparer.Ordinal)), string.Join(' ', rooms));
    }

    [Fact]
    public void No_room_uses_one_that_stands_on_it()
    {
        var wrong = new List<string>();
        foreach (var (path, lines) in Files(Path.Combine(Source, "Gatehouse")))
        {
            var room = path.Split(Path.DirectorySeparatorChar)[2];
            string[]? allowed = FloorParts.TryGetValue(room, out var parts) ? parts
                : Rooms.TryGetValue(room, out var rooms) ? [.. rooms, .. Floor] : null;
            if (allowed is null)
                continue; // GatehouseApplication.cs: the front step, which sees all
            wrong.AddRange(Used(lines).Where(used => used != room && !allowed.Contains(used, StringComparer.Ordinal))
                .Select(used => $"{path} uses {used}"));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct(StringComparer.Ordinal)));
    }

    [Fact]
    public void A_namespace_is_its_folder() => Assert.All(Files(Source), file =>
    {
        var folder = Path.GetDirectoryName(file.Path)!.Split(Path.DirectorySeparatorChar).Skip(1);
        var declared = file.Lines.FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal));
        Assert.True(declared is null || declared == $"namespace {string.Join('.', folder)};", $"{file.Path}: {declared}");
    });

    [Fact]
    public void A_file_can_be_read_in_one_sitting() => Assert.All(
        Files(Source).Concat(Files(Path.Combine(Node.RepositoryRoot, "tests"))), file =>
        {
            Assert.True(file.Lines.Length <= MostLines, $"{file.Path} has {file.Lines.Length} lines");
            Assert.All(file.Lines, line => Assert.True(line.Length <= MostColumns || line.Contains("[InlineData(", StringComparison.Ordinal)
                || line.Contains('"', StringComparison.Ordinal), $"{file.Path}: {line}"));
        });

    [Fact]
    public void What_nobody_derives_from_is_sealed()
    {
        var types = typeof(GatehouseApplication).Assembly.GetTypes().Where(type => type.IsClass && type.Namespace?.StartsWith("Gatehouse", StringComparison.Ordinal) == true
            && !type.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute))).ToArray();

        Assert.All(types.Where(type => !type.IsSealed && !type.IsAbstract), type =>
            Assert.True(types.Any(other => other.BaseType == type), $"{type.FullName} is open and nobody derives from it."));
    }

    [Fact]
    public void Time_chance_and_chores_come_from_where_they_can_be_watched()
    {
        string[] banned =
        [
            "DateTime.UtcNow", "DateTime.Now", "DateTimeOffset.UtcNow", "Guid.NewGuid(", "new Random(", "Random.Shared", "async void",
            "Thread.Sleep(", "TODO", "FIXME", "#region", "#if ", "Console.Write(",
        ];

        Assert.All(Files(Source), file => Assert.All(banned, word => Assert.False(
            file.Lines.Any(line => line.Contains(word, StringComparison.Ordinal)), $"{file.Path} has {word}")));
    }

    /// <summary>A public one is implemented by the applications that Gatehouse is part of.</summary>
    [Fact]
    public void An_interface_of_the_house_has_two_implementations()
    {
        var types = typeof(GatehouseApplication).Assembly.GetTypes();

        Assert.All(types.Where(type => type.IsInterface && !type.IsPublic && type.Namespace?.StartsWith("Gatehouse", StringComparison.Ordinal) == true), contract =>
            Assert.True(types.Count(type => type != contract && contract.IsAssignableFrom(type)) >= 2, contract.FullName));
    }

    [Fact]
    public void Log_events_have_ids_of_their_own()
    {
        const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var events = typeof(GatehouseApplication).Assembly.GetTypes().SelectMany(type => type.GetMethods(Static))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>().ToArray();

        Assert.NotEmpty(events);
        Assert.Equal(events.Length, events.Select(each => each.EventId).Distinct().Count());
        Assert.All(events, each => Assert.False(string.IsNullOrEmpty(each.EventName)));
    }

    /// <summary>By <c>using</c>, or by a name with its room before it.</summary>
    private static IEnumerable<string> Used(string[] lines) => lines
        .Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && !line.StartsWith("namespace ", StringComparison.Ordinal))
        .SelectMany(line => Room().Matches(line)).Select(match => match.Groups["room"].Value)
        .Where(name => Rooms.ContainsKey(name) || FloorParts.ContainsKey(name));

    [GeneratedRegex(@"(^|[^.\w])(Gatehouse\.)?(?<room>[A-Z][A-Za-z]+)(\.[A-Z]|;)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Room();
}
