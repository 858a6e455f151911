using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Gatehouse.Browser.Tests.Support;

/// <summary>
/// The customer's own program, as it is shipped, with its page open (<c>jlinx ui</c>), and an app of npm's hypercore that it
/// can have accounts at.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "xUnit ends it by IAsyncLifetime.")]
public sealed class ManagerPage : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo home = Directory.CreateTempSubdirectory("jlinx");
    private readonly IdentityProgram app = new(IdentityProgram.App);
    private Process program = null!;

    /// <summary>Somebody whose browser was let in.</summary>
    internal Visitor Visitor { get; private set; } = null!;

    /// <summary>The app.</summary>
    internal IdentityProgram App => app;

    /// <summary>Where the page is, and who isn't let in.</summary>
    internal Uri Address => new(new Uri(Visitor.Page.Url), "/");

    /// <summary>The folder of the vault.</summary>
    internal string Home => home.FullName;

    public async Task InitializeAsync()
    {
        using (var made = Start("init"))
            await made.WaitForExitAsync().WaitAsync(Patience);
        program = Start("ui", "--no-browser");
        var entry = await program.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        var origin = new Uri((await app.TellAsync("offer")).GetProperty("origin").GetString()!);
        Visitor = await Visitor.ComeAsync(new Uri(entry!), new Look { Still = true }, origin);
        await Visitor.GoAsync(entry!);
        await Visitor.IsOnAsync("Accounts");
    }

    public async Task DisposeAsync()
    {
        await Visitor.LeaveAsync();
        program.Kill();
        await program.WaitForExitAsync();
        program.Dispose();
        await app.DisposeAsync();
        home.Delete(recursive: true);
    }

    /// <summary>The link of a new offer of the app.</summary>
    internal async Task<string> OfferAsync() => (await app.TellAsync("offer")).GetProperty("link").GetString()!;

    /// <summary>Somebody asks to log in; the code that their browser shows.</summary>
    internal async Task<string> AskAsync(params (string Name, JsonNode Value)[] options) =>
        (await app.TellAsync("request", options)).GetProperty("code").GetString()!;

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["JLINX_HOME"] = Home;
        start.Environment["JLINX_PASSPHRASE"] = "correct horse battery staple";
        foreach (var argument in (string[])["exec", Path.Combine(AppContext.BaseDirectory, "jlinx.dll"), .. arguments])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
