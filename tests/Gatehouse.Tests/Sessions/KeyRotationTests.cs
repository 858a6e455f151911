using System.Buffers.Text;
using System.Text.Json.Nodes;
using Gatehouse.Sessions;
using Gatehouse.Tests.Support;
using Gatehouse.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Sessions;

public sealed class KeyRotationOnSqlite() : KeyRotationTests(StoreKind.Sqlite);

public sealed class KeyRotationOnPostgres() : KeyRotationTests(StoreKind.Postgres);

/// <summary>Two nodes on one database, and the keys change under them.</summary>
public abstract class KeyRotationTests(StoreKind kind) : IAsyncLifetime
{
    private const string Header = "GN-Access-Token";
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly FakeClock clock = new();
    private Store store = null!;
    private App here = null!;
    private App there = null!;

    public async Task InitializeAsync()
    {
        store = await Store.CreateAsync(kind);
        here = await App.StartOnAsync(store, clock);
        there = await App.StartOnAsync(store, clock);
    }

    public async Task DisposeAsync()
    {
        await here.DisposeAsync();
        await there.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    [Meets("GH-SEC-262")]
    public async Task No_request_fails_while_keys_rotate()
    {
        var alice = await here.JoinAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            async index => new Client(await alice.LogInAsync(), index % 2 == 0 ? await alice.TakeTokenAsync() : null)));

        var rotating = RotateAsync(here);
        await Task.WhenAll(clients.Select(client => client.CallAsync([here, there])));
        var next = (await rotating).Kid;
        await KnowAsync(there, next);
        for (var minutes = 0; minutes < 75; minutes += 5)
        {
            var passing = Task.Run(() => clock.Advance(TimeSpan.FromMinutes(5)));
            await Task.WhenAll(clients.Select(client => client.CallAsync([here, there])));
            await passing;
        }

        await UntilAsync(() => Keys(here).Ring.Count == 1 && Keys(there).Ring.Count == 1);
        Assert.Equal([next, next], [Keys(here).Signer.Kid, Keys(there).Signer.Kid]);
        Assert.All(clients.Where(client => client.Token is not null), client => Assert.Equal(next, KidOf(client.Token!)));
        (await alice.GetAsync("/api/auth/session")).IsOk(); // a cookie of before the rotation
    }

    [Fact]
    [Meets("GH-SEC-122")]
    public async Task A_new_key_is_published_before_it_signs_and_an_old_one_accepted_until_its_tokens_end()
    {
        var alice = await here.JoinAsync();
        var old = Keys(here).Signer.Kid;

        var rotated = await RotateAsync(here);

        Assert.Equal(clock.GetUtcNow() + TimeSpan.FromMinutes(10), rotated.SignsFrom);
        Assert.Equal(2, (await here.GetAsync("/.well-known/jwks.json")).Json.GetProperty("keys").GetArrayLength());
        await KnowAsync(there, rotated.Kid);
        MoveTo(rotated.SignsFrom - Second);
        var last = await alice.TakeTokenAsync();
        Assert.Equal(old, KidOf(last));
        MoveTo(rotated.SignsFrom + Second);
        await UntilAsync(() => Keys(here).Signer.Kid == rotated.Kid && Keys(there).Signer.Kid == rotated.Kid);
        Assert.Equal(rotated.Kid, KidOf(await alice.TakeTokenAsync()));
        var retired = rotated.SignsFrom + TimeSpan.FromHours(1) + TimeSpan.FromMinutes(1);
        MoveTo(rotated.SignsFrom + TimeSpan.FromHours(1) - Second - Second); // the token's last second
        (await there.GetAsync("/account", App.Bearer(last))).IsOk();
        MoveTo(retired - Second);
        await Task.WhenAll(Keys(here).TryLoadAsync(CancellationToken.None), Keys(there).TryLoadAsync(CancellationToken.None));
        Assert.Equal([2, 2], [Keys(here).Ring.Count, Keys(there).Ring.Count]);
        MoveTo(retired + Second);
        await UntilAsync(() => Keys(here).Ring.Count == 1 && Keys(there).Ring.Count == 1);
        (await there.GetAsync("/account", App.Bearer(last))).IsProblem(401, "invalid_token");
        await RotateAsync(here);
        Assert.Equal(0, await store.CountAsync($"signing_keys WHERE kid = '{old}'")); // nobody needs its private half
    }

    [Fact]
    public async Task Who_keeps_the_key_set_as_long_as_it_may_verifies_every_token()
    {
        var alice = await here.JoinAsync();
        var before = (await here.GetAsync("/.well-known/jwks.json")).Body;
        var rotated = await RotateAsync(here);
        var during = (await here.GetAsync("/.well-known/jwks.json")).Body;
        MoveTo(rotated.SignsFrom - Second);
        var old = await alice.TakeTokenAsync();
        MoveTo(rotated.SignsFrom + Second);
        await UntilAsync(() => Keys(here).Signer.Kid == rotated.Kid);
        var fresh = await alice.TakeTokenAsync();

        await VerifyOutsideAsync(old, before);
        await VerifyOutsideAsync(old, during);
        await VerifyOutsideAsync(fresh, during);
        Assert.DoesNotContain(rotated.Kid, before, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cookie_of_the_moment_after_a_rotation_opens_a_node_that_has_not_looked_yet()
    {
        var alice = await here.JoinAsync();

        await RotateAsync(here);
        var again = await alice.LogInAsync();

        (await there.GetAsync("/api/auth/session", again.CookieHeader)).IsOk();
        Assert.Equal((2, 1), (CookieKeys(here).Ring.Count, CookieKeys(there).Ring.Count));
    }

    [Fact]
    [Meets("GH-SEC-122", "GH-SEC-262")]
    public async Task A_compromised_key_opens_nothing_from_now_on()
    {
        var alice = await here.JoinAsync();
        var token = await alice.TakeTokenAsync();
        (await there.GetAsync("/account", App.Bearer(token))).IsOk();
        (await there.GetAsync("/api/auth/session", alice.CookieHeader)).IsOk();

        var rotated = await RotateAsync(here, compromised: true);

        await AssertDeadAsync(here, alice, token);
        clock.Advance(Second);
        await UntilAsync(() => Keys(there).Signer.Kid == rotated.Kid);
        await UntilAsync(() => CookieKeys(there).Ring.Ids == CookieKeys(here).Ring.Ids);
        await AssertDeadAsync(there, alice, token);
        Assert.Equal(1, await store.CountAsync("signing_keys"));
        Assert.Equal(1, await store.CountAsync("data_protection_keys"));
        var again = await alice.LogInAsync();
        (await there.GetAsync("/api/auth/session", again.CookieHeader)).IsOk();
        (await there.GetAsync("/account", App.Bearer(await again.TakeTokenAsync()))).IsOk();
    }

    [Fact]
    public async Task A_key_that_is_published_and_does_not_sign_yet_is_compromised_with_the_others()
    {
        await RotateAsync(here);

        var rotated = await RotateAsync(there, compromised: true);

        Assert.Equal((1, rotated.Kid), (Keys(there).Ring.Count, Keys(there).Signer.Kid));
        clock.Advance(TimeSpan.FromMinutes(20));
        await UntilAsync(() => Keys(here).Ring.Count == 1);
        Assert.Equal([rotated.Kid, rotated.Kid], [Keys(here).Signer.Kid, Keys(there).Signer.Kid]);
    }

    [Fact]
    public async Task A_token_by_a_key_made_a_moment_ago_is_taken_by_a_node_that_has_not_looked_yet()
    {
        var alice = await here.JoinAsync();
        await RotateAsync(here, compromised: true);
        var tokens = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => alice.TakeTokenAsync()));

        var answers = await App.AtOnceAsync(8, index => there.GetAsync("/account", App.Bearer(tokens[index])));

        Assert.All(answers, answer => answer.IsOk());
    }

    [Fact]
    public async Task Tokens_that_name_keys_of_fancy_make_a_node_look_once_a_second()
    {
        var alice = await here.JoinAsync();
        var claims = (await alice.TakeTokenAsync()).Split('.')[1];
        var fancy = $"{AccessToken.Header(new string('A', 43))}.{claims}.AAAA";
        (await there.GetAsync("/account", App.Bearer(fancy))).IsProblem(401, "invalid_token"); // this second's look
        var rotated = await RotateAsync(here, compromised: true);
        var token = await alice.TakeTokenAsync();

        (await there.GetAsync("/account", App.Bearer(fancy))).IsProblem(401, "invalid_token");
        var before = await there.GetAsync("/account", App.Bearer(token));
        clock.Advance(Second);
        var after = await there.GetAsync("/account", App.Bearer(token));

        before.IsProblem(401, "invalid_token");
        after.IsOk();
        Assert.Equal(rotated.Kid, Keys(there).Signer.Kid);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_that_is_compromised_while_a_request_runs_buys_no_token_of_the_new_one(bool issued)
    {
        var alice = await here.JoinAsync();
        var token = await alice.TakeTokenAsync();
        var (planned, compromised) = (new RunningRequest(token), new RunningRequest(token));
        await planned.BeginAsync(here);
        await RotateAsync(here);
        await planned.EndAsync();

        await compromised.BeginAsync(here);
        await RotateAsync(here, compromised: true);
        if (issued) // as POST /api/auth/token does, with the new key already
            compromised.Http.Response.Headers[Header] = await alice.TakeTokenAsync();
        await compromised.EndAsync();

        Assert.Equal(token, planned.Http.Response.Headers[Header]);
        Assert.False(compromised.Http.Response.Headers.ContainsKey(Header));
    }

    [Fact]
    public async Task Rotations_at_once_make_one_line_of_keys()
    {
        var alice = await here.JoinAsync();
        var token = await alice.TakeTokenAsync();

        var rotated = await Task.WhenAll(Enumerable.Range(0, 4).Select(index => RotateAsync(index % 2 == 0 ? here : there)));

        Assert.Equal(5, await store.CountAsync("signing_keys"));
        Assert.Equal(1, await store.CountAsync("signing_keys WHERE retired_at IS NULL"));
        Assert.Equal(4, rotated.Select(each => each.SignsFrom).Distinct().Count());
        var last = rotated.MaxBy(each => each.SignsFrom)!.Kid;
        Assert.Equal(last, await store.AskAsync("SELECT kid FROM signing_keys WHERE retired_at IS NULL"));
        await KnowAsync(here, [.. rotated.Select(each => each.Kid)]);
        await KnowAsync(there, [.. rotated.Select(each => each.Kid)]);
        clock.Advance(TimeSpan.FromMinutes(11));
        await UntilAsync(() => Keys(here).Signer.Kid == last && Keys(there).Signer.Kid == last);
        (await here.GetAsync("/account", App.Bearer(token))).IsOk();
        (await there.GetAsync("/account", App.Bearer(token))).IsOk();
    }

    [Fact]
    public async Task A_compromised_and_a_planned_rotation_at_once_leave_no_old_key()
    {
        var alice = await here.JoinAsync();
        var token = await alice.TakeTokenAsync();

        await Task.WhenAll(RotateAsync(here), RotateAsync(there, compromised: true), RotateAsync(here));

        clock.Advance(Second);
        await UntilAsync(() => Keys(here).Ring.JsonWebKeySet.Span.SequenceEqual(Keys(there).Ring.JsonWebKeySet.Span));
        await AssertDeadAsync(here, alice, token);
        (await here.GetAsync("/account", App.Bearer(await alice.TakeTokenAsync()))).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-254")]
    public async Task A_rotation_is_told_in_the_log_of_every_node_without_a_secret()
    {
        var planned = await RotateAsync(here);
        await KnowAsync(there, planned.Kid);
        var revoked = await RotateAsync(here, compromised: true);

        Assert.Contains($"Keys rotated: {planned.Kid} signs access tokens from", here.Logs.Text, StringComparison.Ordinal);
        Assert.Contains("Keys rotated as compromised", here.Logs.Text, StringComparison.Ordinal);
        clock.Advance(Second);
        await UntilAsync(() => there.Logs.Text.Contains($"signs access tokens with {revoked.Kid}", StringComparison.Ordinal));
        Assert.DoesNotContain("masterKey", here.Logs.Text, StringComparison.Ordinal);
    }

    private static SigningKeys Keys(App app) => app.Services.GetRequiredService<SigningKeys>();

    private static DataProtectionKeys CookieKeys(App app) => app.Services.GetRequiredService<DataProtectionKeys>();

    private static Task<RotatedKeys> RotateAsync(App app, bool compromised = false) =>
        app.Services.GetRequiredService<KeyRotation>().RotateAsync(compromised, CancellationToken.None);

    private static string KidOf(string token) =>
        (string)JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[0]))!["kid"]!;

    /// <summary>An outside verifier with a key set that it fetched earlier.</summary>
    private Task<string> VerifyOutsideAsync(string token, string keySet)
    {
        var input = new JsonObject
        {
            ["jwks"] = JsonNode.Parse(keySet),
            ["token"] = token,
            ["options"] = new JsonObject { ["typ"] = "at+jwt", ["now"] = clock.GetUtcNow().ToUnixTimeSeconds() },
        };
        return Node.RunAsync("jose.mjs", input.ToJsonString(), "verify");
    }

    private static async Task AssertDeadAsync(App app, Person person, string token)
    {
        (await app.GetAsync("/account", App.Bearer(token))).IsProblem(401, "invalid_token");
        var byCookie = await app.GetAsync("/api/auth/session", person.CookieHeader);
        byCookie.IsProblem(401, "unauthenticated");
        Assert.Equal("", byCookie.Cookie("gatehouse"));
    }

    private void MoveTo(DateTimeOffset time) => clock.Advance(time - clock.GetUtcNow());

    /// <summary>A second later a node knows the keys.</summary>
    private Task KnowAsync(App app, params string[] kids)
    {
        clock.Advance(Second);
        return UntilAsync(() => kids.All(kid => Keys(app).Ring.FindByTokenHeader(AccessToken.Header(kid)) is not null));
    }

    /// <summary>What a node does after its timer has fired it does on threads of its own.</summary>
    private static async Task UntilAsync(Func<bool> reached)
    {
        for (var tries = 0; tries < 500 && !reached(); tries++)
            await Task.Delay(10);
        Assert.True(reached());
    }

    /// <summary>A request that was let in and hasn't been answered yet.</summary>
    private sealed class RunningRequest : HttpResponseFeature
    {
        private readonly List<Func<Task>> starting = [];

        public RunningRequest(string token)
        {
            Http = new DefaultHttpContext();
            Http.Features.Set<IHttpResponseFeature>(this);
            Http.Request.Headers.Authorization = "Bearer " + token;
        }

        public DefaultHttpContext Http { get; }

        public override void OnStarting(Func<object, Task> callback, object state) => starting.Add(() => callback(state));

        public async Task BeginAsync(App app) => Assert.IsType<Caller.Known>(await app.Services
            .GetRequiredService<Authenticator>().AuthenticateAsync(Http, CancellationToken.None));

        public Task EndAsync() => Task.WhenAll(starting.Select(callback => callback()));
    }

    /// <summary>Asks the nodes in turn, by its cookie or by the token that the last answer gave it.</summary>
    private sealed class Client(Person person, string? token)
    {
        public string? Token { get; private set; } = token;

        public async Task CallAsync(App[] nodes)
        {
            for (var call = 0; call < 4; call++)
            {
                var answer = await nodes[call % nodes.Length].GetAsync(
                    "/api/auth/session", Token is null ? person.CookieHeader : App.Bearer(Token));
                answer.IsOk();
                Token = answer.Header(Header);
            }
        }
    }
}
