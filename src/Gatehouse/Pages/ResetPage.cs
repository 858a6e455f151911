using Gatehouse.Sessions;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>For a browser whose cookies are in a mess: logs out and clears all of ours.</summary>
internal static class ResetPage
{
    public const string Path = "/auth/reset";

    public static IResult Get() => new Page("Start afresh", $"""
        <p>If logging in doesn't work as it should, this logs you out in this browser and clears what we keep in it.</p>
        {new Form(Path, "Clear and log out", []).ToHtml()}
        """);

    public static async Task<IResult> Post(HttpContext http, LogOutServices services, CancellationToken cancellationToken)
    {
        var (_, unfit) = await FormBody.ReadAsync(http, cancellationToken);
        if (unfit is not null)
            return unfit;
        await LogOut.ResetAsync(http, services, cancellationToken);
        return new SeeOther(Notice.On(HomePage.Path, Notice.LoggedOut));
    }
}
