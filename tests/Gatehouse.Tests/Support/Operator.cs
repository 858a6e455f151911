using System.Text.Json;
using Gatehouse.Server.CommandLine;

namespace Gatehouse.Tests.Support;

/// <summary>The operator at the command line, in this process, with the settings and the clock of a running server.</summary>
internal sealed class Operator(string connectionString, TimeProvider clock, string key = App.Key)
{
    public static Operator Of(App app) => new(app.Store.ConnectionString, app.Clock);

    /// <summary>The same one when it is this much later.</summary>
    public static Operator Of(App app, TimeSpan later) => new(app.Store.ConnectionString, new FakeClock(app.Clock.GetUtcNow() + later));

    /// <summary>Nobody sits at the terminal.</summary>
    public Task<Said> RunAsync(params string[] arguments) => TypeAsync(null, arguments);

    /// <summary>Somebody sits there and types this.</summary>
    public Task<Said> TypeAsync(string? answers, params string[] arguments) => RunAsync(clock, answers,
        [.. arguments, "--environment", "Development", "--Gatehouse:Database", connectionString, "--Gatehouse:Secrets:Key=" + key]);

    /// <summary>Without any settings but the given ones.</summary>
    public static async Task<Said> RunAsync(TimeProvider clock, string? answers, params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var terminal = new Terminal(output, error, answers is null ? null : new StringReader(answers));
        var code = await Verbs.RunAsync(arguments, terminal, clock, CancellationToken.None);
        return new Said(code, output.ToString(), error.ToString());
    }
}

/// <summary>How a verb ended and what it said.</summary>
internal sealed record Said(int Code, string Out, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Fails the test, showing what was said, unless it ended like this.</summary>
    /// <param name="warned">It may have said something on stderr although it did its work.</param>
    public Said Ended(int code, bool warned = false)
    {
        Assert.True(Code == code, $"Expected {code}, got {Code}: {Out}{Error}");
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.True(code != 0 || warned || Error.Length == 0, Error);
        return this;
    }
}
