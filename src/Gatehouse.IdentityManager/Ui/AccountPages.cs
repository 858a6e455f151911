using System.Globalization;
using System.Text;
using Gatehouse.IdentityManager.Control;

namespace Gatehouse.IdentityManager.Ui;

/// <summary>The list of accounts, and each of them.</summary>
internal static class AccountPages
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    public static string All(Shown shown)
    {
        var body = new StringBuilder();
        if (shown.Accounts.Count == 0)
            body.Append("<p>You have no accounts yet. Sign up at an app, and <a href=\"add\">add its link</a>.</p>");
        // What is over is still there to be looked up, behind what isn't.
        foreach (var account in shown.Accounts.OrderBy(account => account.State == AccountState.Destroyed))
        {
            body.Append(Plain, $"<section class=\"card\"><h2><a href=\"{Address(account)}\">");
            body.Append(Plain, $"{Page.Encode(account.Name)}</a></h2>{Summary(account)}</section>");
        }
        return Page.Write("Accounts", "./", body.ToString(), followed: Followed.Of(shown.Accounts));
    }

    public static string One(AccountView account, IReadOnlyList<LogView> log, Reply? said)
    {
        var number = $"<input type=\"hidden\" name=\"account\" value=\"{account.Number}\">";
        var body = new StringBuilder($"<section class=\"card\">{Summary(account)}");
        body.Append(Plain, $"<p class=\"hint\">Since {Page.Time(account.Created)}</p>");
        if (account.State == AccountState.Opening)
        {
            body.Append("<p>If the app's page doesn't go on by itself, paste this into it:</p>");
            body.Append(Plain, $"<p><code>{Page.Encode(account.Id)}</code></p>");
        }
        if (account.State == AccountState.Open)
        {
            body.Append(
                Plain,
                $"""
                <div class="row"><form method="post" action="login" target="_blank">{number}
                <button class="main">Log in there</button></form>
                <form method="post" action="send">{number}<button>Tell it my name</button></form></div>
                """);
        }
        body.Append("</section>");
        if (log.Count > 0)
            Append(body, log);
        if (account.State is not AccountState.Destroyed)
            body.Append(Plain, $"{Ending(number, isAgain: account.State == AccountState.Destroying)}");
        return Page.Write(account.Name, "", body.ToString(), said, Followed.Of(account));
    }

    public static string Address(AccountView account) => $"account?number={account.Number}";

    private static string Ending(string number, bool isAgain) =>
        $"""
        <details class="danger"><summary>{(isAgain ? "Don't wait for the app" : "Destroy this account")}</summary>
        <p>{(isAgain
            ? "The keys are erased here without the app's being told. It may keep the account."
            : "The app is told that the account is no more, and its keys are erased here. It can't be brought back.")}</p>
        <form method="post" action="destroy">{number}
        <label class="tick"><input type="checkbox" name="sure" value="yes" required> I am sure</label>
        <button class="bad">Destroy it</button></form></details>
        """;

    private static string Summary(AccountView account)
    {
        var alarm = account.Alarm is null ? "" : $"<p class=\"note bad\">{Page.Encode(account.Alarm)}</p>{Dismissal(account)}";
        return $"<p>{Page.Encode(account.Origin)}</p><p>{Page.Encode(StateOf(account))}</p>{alarm}";
    }

    private static string Dismissal(AccountView account) => !account.CanDismiss ? "" : string.Create(
        Plain,
        $"""
        <form method="post" action="dismiss"><input type="hidden" name="account" value="{account.Number}">
        <button>I have read it</button></form>
        """);

    private static string StateOf(AccountView account) => account.State switch
    {
        AccountState.Open when account.Connection != "connected" => $"Open, but not connected: {account.Connection}",
        AccountState.Open => $"Open, and {account.Standing}",
        AccountState.Opening => "The app hasn't opened it yet",
        AccountState.Destroying => "Destroyed here; the app is told as soon as it answers",
        AccountState.Destroyed => "Destroyed",
        _ => "Stopped: nothing is written to it any more",
    };

    private static void Append(StringBuilder body, IReadOnlyList<LogView> log)
    {
        body.Append("<h2>History</h2><ol class=\"history\" reversed>");
        foreach (var entry in log.Reverse())
        {
            body.Append(Plain, $"<li>{Page.Encode(HistoryWords.Of(entry))}");
            if (HistoryWords.DetailOf(entry) is { Length: > 0 } detail)
                body.Append(Plain, $"<span>{Page.Encode(detail)}</span>");
            if (entry.Says is { } says)
                body.Append(Plain, $"<span>By the app's words at {Page.Time(says)}</span>");
            body.Append(Plain, $"{Page.Time(entry.At)}</li>");
        }
        body.Append("</ol>");
    }
}
