using Gatehouse.Sessions;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>For a browser whose cookies are in a mess: logs out and clears all of ours.</summary>
internal static class ResetPage
{
    public const string Path = "/auth/reset";

    public static IResult Get() => new Page("reset.title", speech => $"""
        <p>{speech["reset.what"]}</p>
        {new Form(Path, "reset.button", []).ToHtml(speech)}
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
