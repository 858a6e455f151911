using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.SignUp;

public sealed class SignUpOnSqlite() : SignUpTests(StoreKind.Sqlite);

public sealed class SignUpOnPostgres() : SignUpTests(StoreKind.Postgres);

public abstract class SignUpTests(StoreKind store)
{
    [Fact]
    public async Task A_customer_signs_up_verifies_and_is_in()
    {
        await using var app = await App.StartAsync(store);

        var alice = await app.JoinAsync("alice@example.com", userName: "Alice");

        var session = await alice.GetAsync("/api/auth/session");
        Assert.Equal(HttpStatusCode.OK, session.Status);
        Assert.Equal("Alice", session.Json.GetProperty("user").GetProperty("name").GetString());
        Assert.Equal("alice@example.com", session.Json.GetProperty("account").GetProperty("email").GetString());
    }
}
