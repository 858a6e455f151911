using Gatehouse.Links;
using Gatehouse.Security;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Links;

public sealed class OneTimeLinksOnSqlite(SharedOnSqlite shared)
    : OneTimeLinksTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class OneTimeLinksOnPostgres(SharedOnPostgres shared)
    : OneTimeLinksTests(shared), IClassFixture<SharedOnPostgres>;

public abstract class OneTimeLinksTests(SharedApp shared)
{
    private const long Now = 1_000_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private readonly Database database = shared.App.Services.GetRequiredService<Database>();

    [Fact]
    [Meets("GH-SEC-130", "GH-SEC-146", "GH-SEC-158")]
    public async Task A_link_is_good_for_its_purpose_once()
    {
        var token = await CreateAsync();

        Assert.Null(await InAsync(db => OneTimeLinks.ConsumeAsync(db, LinkPurpose.ResetPassword, token, Now)));
        Assert.Null(await InAsync(db => OneTimeLinks.ConsumeAsync(db, LinkPurpose.VerifyEmail, SecretToken.New(), Now)));
        Assert.NotNull(await InAsync(db => OneTimeLinks.ConsumeAsync(db, LinkPurpose.VerifyEmail, token, Now)));
        Assert.Null(await InAsync(db => OneTimeLinks.ConsumeAsync(db, LinkPurpose.VerifyEmail, token, Now)));
    }

    [Fact]
    [Meets("GH-SEC-132")]
    public async Task It_is_dead_from_the_very_instant_it_expires()
    {
        var token = await CreateAsync();
        var end = Now + UnixMicros.Of(Lifetime);

        Assert.NotNull(await InAsync(db => OneTimeLinks.LookAtAsync(db, LinkPurpose.VerifyEmail, token, end - 1)));
        Assert.Null(await InAsync(db => OneTimeLinks.LookAtAsync(db, LinkPurpose.VerifyEmail, token, end)));
        Assert.Null(await InAsync(db => OneTimeLinks.ConsumeAsync(db, LinkPurpose.VerifyEmail, token, end)));
        Assert.NotNull(await InAsync(db => OneTimeLinks.ConsumeAsync(db, LinkPurpose.VerifyEmail, token, end - 1)));
    }

    [Fact]
    public async Task Wrong_tries_close_it_to_those_who_come_later_and_not_to_who_was_there()
    {
        var token = await CreateAsync();
        for (var i = 0; i < OneTimeLinks.MostWrongTries; i++)
        {
            Assert.NotNull(await InAsync(db => OneTimeLinks.LookAtAsync(db, LinkPurpose.VerifyEmail, token, Now)));
            await database.TransactAsync(
                db => OneTimeLinks.CountWrongTryAsync(db, LinkPurpose.VerifyEmail, token), CancellationToken.None);
        }

        Assert.Null(await InAsync(db => OneTimeLinks.LookAtAsync(db, LinkPurpose.VerifyEmail, token, Now)));
        Assert.NotNull(await InAsync(db => OneTimeLinks.ConsumeAsync(db, LinkPurpose.VerifyEmail, token, Now)));
    }

    [Fact]
    [Meets("GH-SEC-131")]
    public async Task Of_sixteen_consumers_at_once_one_gets_it()
    {
        var token = await CreateAsync();

        var links = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            _ => InAsync(db => OneTimeLinks.ConsumeAsync(db, LinkPurpose.VerifyEmail, token, Now))));

        Assert.Single(links, link => link is not null);
    }

    [Fact]
    [Meets("GH-SEC-129")]
    public void The_database_keeps_a_digest_that_differs_by_purpose_and_the_token_prints_nothing()
    {
        var token = SecretToken.New();

        Assert.Equal(32, token.Hash(LinkPurpose.VerifyEmail).Length);
        Assert.NotEqual(token.Hash(LinkPurpose.VerifyEmail), token.Hash(LinkPurpose.ResetPassword));
        Assert.Equal(43, token.Reveal().Length);
        Assert.DoesNotContain(token.Reveal(), token.ToString(), StringComparison.Ordinal);
        Assert.Equal(token.Hash("x"), SecretToken.Parse(token.Reveal())!.Hash("x"));
        Assert.Null(SecretToken.Parse(null));
        Assert.Null(SecretToken.Parse(token.Reveal() + "="));
        Assert.Null(SecretToken.Parse(" " + token.Reveal()));
    }

    [Fact]
    [Meets("GH-SEC-128")]
    public void Of_the_sixty_four_last_characters_sixteen_spell_a_token()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

        var spelled = Alphabet.Where(last => SecretToken.Parse(new string('x', 42) + last) is not null);

        Assert.Equal("AEIMQUYcgkosw048", string.Concat(spelled));
    }

    private async Task<SecretToken> CreateAsync()
    {
        var person = await shared.App.JoinAsync(App.NewEmail());
        return await InAsync(db => OneTimeLinks.CreateAsync(
            db, LinkPurpose.VerifyEmail, person.AccountId, person.Email, Now, Lifetime));
    }

    private Task<T> InAsync<T>(Func<Db, Task<T>> work) => database.TransactAsync(work, CancellationToken.None);
}
