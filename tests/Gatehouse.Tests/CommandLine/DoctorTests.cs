using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Gatehouse.Storage;
using Gatehouse.Tests.Mail.Smtp;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.CommandLine;

public sealed class DoctorTests : IDisposable
{
    private const string OtherKey = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";
    private readonly string folder = Directory.CreateTempSubdirectory("gatehouse-doctor-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_house_in_order_has_nothing_to_mend(StoreKind kind)
    {
        await using var app = await App.StartAsync(kind);
        await app.JoinAsync();
        var shell = new Operator(app.Store.ConnectionString, TimeProvider.System);

        var said = (await shell.RunAsync("doctor", "--json", "--Gatehouse:SignUp:PasswordMinLength", "15")).Ended(0);
        var words = (await shell.RunAsync("doctor")).Ended(0);

        Assert.All(said.Json.EnumerateArray(), check => Assert.Equal(
            "check status detail advice", string.Join(' ', check.EnumerateObject().Select(member => member.Name))));
        foreach (var name in (string[])["settings", "secret_key", "public_url", "proxies", "password_length", "database", "schema", "clock", "nodes",
            "database_tls", "outbox", "signing_keys", "cookie_keys", "password_keys", "smtp", "argon2id"])
        {
            Assert.Equal("ok", Status(said, name));
        }
        Assert.Contains("1 passwords, all hashed under the first Secrets:Key", Detail(said, "password_keys"), StringComparison.Ordinal);
        Assert.Contains("a second with", Detail(said, "argon2id"), StringComparison.Ordinal);
        Assert.Equal(kind == StoreKind.Sqlite, said.Json.EnumerateArray().Any(check => check.GetProperty("check").GetString() == "wal"));
        Assert.Equal("All is well.", words.Lines[^1]);
        Assert.Contains(words.Lines, line => line.StartsWith("✔ database: ", StringComparison.Ordinal));
        Assert.Contains(words.Lines, line => line.StartsWith("! password_length: ", StringComparison.Ordinal));
        Assert.DoesNotContain(App.Key, said.Out + words.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Providers_are_asked_and_told_which_address_to_know()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        string[] social = ["--Gatehouse:Social:acme:ClientId=x", "--Gatehouse:Social:acme:ClientSecret=y"];
        var shell = new Operator(app.Store.ConnectionString, TimeProvider.System);
        var nobody = ServerProcess.FreePort();

        var none = await shell.RunAsync("doctor", "--json");
        var known = await shell.RunAsync("doctor", "--json", "--Gatehouse:Social:google:ClientId=x", "--Gatehouse:Social:google:ClientSecret=y");
        var away = await shell.RunAsync(["doctor", "--json", .. social, $"--Gatehouse:Social:acme:Authority=http://127.0.0.1:{nobody}"]);

        Assert.Equal("none: customers log in here alone", Detail(none, "social"));
        Assert.Equal("google: customers go to accounts.google.com, which must know http://localhost:8080/api/auth/google/callback", Detail(known, "social"));
        away.Ended(1);
        Assert.Equal("mend", Status(away, "social"));
        Assert.Equal("acme: discovery: can't be had", Detail(away, "social"));
    }

    [Fact]
    public async Task Every_fault_of_the_settings_is_named_and_the_rest_is_looked_at_all_the_same()
    {
        var said = (await Operator.RunAsync(TimeProvider.System, null, "doctor", "--json", "--environment", "Production",
            "--Gatehouse:Databse=x", "--Gatehouse:Passwords:MemoryKiB=8", "--Gatehouse:Database", "Data Source=" + folder + "/none.db")).Ended(1);

        foreach (var name in (string[])["PublicUrl", "Secrets:Key", "Mail:Smtp:Host", "Mail:From", "Databse", "Passwords"])
            Assert.Contains(said.Json.EnumerateArray(), check => check.GetProperty("detail").GetString()!.StartsWith($"Gatehouse:{name}: ", StringComparison.Ordinal));
        Assert.Equal("mend", Status(said, "database"));
        Assert.Equal("skipped", Status(said, "secret_key"));
        Assert.Equal("ok", Status(said, "argon2id"));
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public async Task What_is_dead_is_told_within_seconds()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0); // takes connections and says nothing
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        var began = Stopwatch.StartNew();

        var said = (await new Operator("Host=127.0.0.1;Port=1;Username=nobody;Password=canary-7", TimeProvider.System).RunAsync(
            "doctor", "--json", "--Gatehouse:Mail:Smtp:Host=127.0.0.1", $"--Gatehouse:Mail:Smtp:Port={port}")).Ended(1);

        Assert.True(began.Elapsed < TimeSpan.FromSeconds(30), "It waited for a dead host.");
        Assert.Equal("mend", Status(said, "database"));
        Assert.Equal("mend", Status(said, "smtp"));
        Assert.DoesNotContain("canary", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_mail_server_is_greeted_and_gets_no_mail()
    {
        await using var sink = await SmtpSink.StartAsync();
        await using var app = await App.StartAsync(StoreKind.Sqlite);

        var said = (await Operator.Of(app).RunAsync("doctor", "--json", "--Gatehouse:Mail:Smtp:Host=localhost",
            $"--Gatehouse:Mail:Smtp:Port={sink.Port}", "--Gatehouse:Mail:Smtp:Security=None")).Ended(0);
        var strict = (await Operator.Of(app).RunAsync("doctor", "--json", "--Gatehouse:Mail:Smtp:Host=localhost",
            $"--Gatehouse:Mail:Smtp:Port={sink.Port}", "--Gatehouse:Mail:Smtp:Security=StartTls")).Ended(1);

        Assert.Equal("ok", Status(said, "smtp"));
        Assert.Equal("mend", Status(strict, "smtp"));
        await sink.AssertNothingMoreAsync();
    }

    [Fact]
    public async Task A_clock_that_differs_from_the_database_s_is_to_be_mended()
    {
        await using var app = await App.StartAsync(StoreKind.Postgres);

        var said = (await Operator.Of(app).RunAsync("doctor", "--json")).Ended(1); // the test's clock is years ahead

        Assert.Equal("mend", Status(said, "clock"));
    }

    [Fact]
    public async Task Keys_sealed_and_passwords_hashed_under_another_secret_are_told()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        await app.JoinAsync();

        var lost = (await new Operator(app.Store.ConnectionString, app.Clock, OtherKey).RunAsync("doctor", "--json")).Ended(1);
        var changing = (await Operator.RunAsync(app.Clock, null, "doctor", "--json", "--environment", "Development",
            "--Gatehouse:Database", app.Store.ConnectionString, "--Gatehouse:Secrets:Key:0=" + OtherKey, "--Gatehouse:Secrets:Key:1=" + App.Key)).Ended(0);

        Assert.Equal("mend mend mend", $"{Status(lost, "signing_keys")} {Status(lost, "cookie_keys")} {Status(lost, "password_keys")}");
        Assert.Equal("warn ok warn", $"{Status(changing, "signing_keys")} {Status(changing, "cookie_keys")} {Status(changing, "password_keys")}");
    }

    [Fact]
    public async Task Mails_that_were_given_up_or_wait_for_long_are_told()
    {
        await using var store = await Store.CreateAsync(StoreKind.Sqlite);
        var clock = new FakeClock();
        var shell = new Operator(store.ConnectionString, clock);
        (await shell.RunAsync("migrate")).Ended(0);
        var now = clock.NowMicros().ToString(CultureInfo.InvariantCulture);
        await store.AskAsync($"INSERT INTO mail_outbox (id, kind, recipient, created_at, due_at, tries) VALUES ('m', 'good_bye', 'x', {now}, {now}, 0)");
        Assert.Equal("ok", Status((await shell.RunAsync("doctor", "--json")).Ended(0), "outbox"));

        clock.Advance(TimeSpan.FromMinutes(31));
        Assert.Contains("for 31 minutes", Detail((await shell.RunAsync("doctor", "--json")).Ended(1), "outbox"), StringComparison.Ordinal);
        await store.AskAsync($"UPDATE mail_outbox SET dead_at = {now}");

        Assert.Contains("1 mails were given up", Detail((await shell.RunAsync("doctor", "--json")).Ended(1), "outbox"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_others_can_read_or_that_lies_beside_the_database_is_told()
    {
        var key = Path.Combine(folder, "secret.key");
        await File.WriteAllTextAsync(key, App.Key);

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            Assert.Contains("can be read by others", Detail(await ProductionAsync("elsewhere/gatehouse.db"), "secret_key"), StringComparison.Ordinal);
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        Assert.Contains("lies beside the database", Detail(await ProductionAsync("gatehouse.db"), "secret_key"), StringComparison.Ordinal);
        Assert.Equal("ok", Status(await ProductionAsync("elsewhere/gatehouse.db"), "secret_key"));

        Task<Said> ProductionAsync(string database) => Operator.RunAsync(TimeProvider.System, null, "doctor", "--json",
            "--environment", "Production", "--Gatehouse:Secrets:KeyFile", key, "--Gatehouse:Database", $"Data Source={Path.Combine(folder, database)}");
    }

    [Theory]
    [Meets("GH-SEC-229")]
    [InlineData("Data Source=data/gatehouse.db", false)]
    [InlineData("Host=/var/run/postgresql", false)]
    [InlineData("Host=localhost", false)]
    [InlineData("Host=127.0.0.1:5433,[::1]:5432", false)]
    [InlineData("Host=db.example.com;SSL Mode=VerifyFull", false)]
    [InlineData("Host=db.example.com", true)]
    [InlineData("Host=db.example.com;SSL Mode=Require", true)]
    [InlineData("Host=127.0.0.1,db.example.com", true)]
    [InlineData("Host=localhost.example.com", true)]
    public void A_database_elsewhere_needs_tls_with_a_verified_name(string connectionString, bool exposed) =>
        Assert.Equal(exposed, Database.IsExposed(connectionString));

    private static string? Status(Said said, string name) => Find(said, name).GetProperty("status").GetString();

    private static string Detail(Said said, string name) => Find(said, name).GetProperty("detail").GetString()!;

    private static JsonElement Find(Said said, string name) =>
        said.Json.EnumerateArray().First(check => check.GetProperty("check").GetString() == name);
}
