using Gatehouse.Configuration;
using Gatehouse.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Pages;

/// <summary>The routes of the hosted pages: plain forms that work without a script.</summary>
internal static class PageEndpoints
{
    private const int AfterTheApplication = 1; // an embedding application's own page at one of these paths wins
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        var served = routes.ServiceProvider.GetRequiredService<ServedFeatures>();
        var pages = routes.MapGroup("").ExcludeFromDescription().WithOrder(AfterTheApplication);
        pages.AddEndpointFilter(RefuseRepeatedAsync);
        MapAlways(pages);
        if (served.Have(GatehouseFeatures.SignUp))
            MapSignUp(pages);
        if (served.Have(GatehouseFeatures.Users))
            MapUsers(pages);
        if (served.Have(GatehouseFeatures.Recovery))
            MapRecovery(pages);
        if (served.Have(GatehouseFeatures.Settings))
            MapSettings(pages);
        if (routes.ServiceProvider.GetRequiredService<GatehouseSettings>().Development)
            MapDevMail(pages);
    }

    private static void MapAlways(RouteGroupBuilder pages)
    {
        pages.MapMethods(HomePage.Path, Reading, HomePage.Get).ForPage();
        pages.MapPost(HomePage.Path, HomePage.Post).ForPage();
        pages.MapMethods(LogInPage.Path, Reading, LogInPage.Get).ForPage();
        pages.MapPost(LogInPage.Path, LogInPage.Post).ForPage(LimitName.LoginSource, LimitName.Login);
        pages.MapMethods(ResetPage.Path, Reading, ResetPage.Get).ForPage();
        pages.MapPost(ResetPage.Path, ResetPage.Post).ForPage();
        pages.MapMethods(OldAddresses.Path, Reading, OldAddresses.Get).ForPage();
        if (((IEndpointRouteBuilder)pages).ServiceProvider.GetRequiredService<ServedFeatures>().Have(GatehouseFeatures.SocialLogin))
        {
            pages.MapMethods(LinkPage.Path, Reading, LinkPage.Get).ForPage();
            pages.MapPost(LinkPage.Path, LinkPage.Post).ForPage(LimitName.LoginSource, LimitName.Login);
        }
        MapJlinx(pages);
        pages.MapMethods(DonePage.Path, Reading, DonePage.Get).ForPage();
        pages.MapMethods(FailedPage.Path, Reading, FailedPage.Get).ForPage();
        pages.MapMethods(ProblemsPage.Path, Reading, ProblemsPage.Get).ForPage();
        pages.MapMethods(PageAssets.StylePath, Reading, PageAssets.Style).For(Access.Anyone).WithTags("Pages").WithSummary("The pages' style sheet.");
        if (((IEndpointRouteBuilder)pages).ServiceProvider.GetRequiredService<GatehouseSettings>().Pages.Logo is { File: not null } logo)
            pages.MapMethods(logo.Address, Reading, PageAssets.Logo).For(Access.Anyone);
        WebFiles.Map(pages);
    }

    private static void MapJlinx(RouteGroupBuilder pages)
    {
        var services = ((IEndpointRouteBuilder)pages).ServiceProvider;
        if (!JlinxPage.IsServed(services.GetRequiredService<GatehouseSettings>(), services.GetRequiredService<ServedFeatures>()))
            return;
        pages.MapMethods(JlinxPage.Path, Reading, JlinxPage.Get).ForPage();
        pages.MapPost(JlinxPage.Path, JlinxPage.Post).ForPage(LimitName.SignUp, LimitName.Invite, LimitName.LoginSource, LimitName.Lookup);
        pages.MapMethods(JlinxOpenPage.Path, Reading, JlinxOpenPage.Get).ForPage();
        pages.MapPost(JlinxOpenPage.Path, JlinxOpenPage.Post).ForPage(LimitName.Link);
    }

    private static void MapSignUp(RouteGroupBuilder pages)
    {
        pages.MapMethods(SignUpPage.Path, Reading, SignUpPage.Get).ForPage();
        pages.MapPost(SignUpPage.Path, SignUpPage.Post).ForPage(LimitName.SignUp, LimitName.Address);
        pages.MapMethods(CheckMailPage.Path, Reading, CheckMailPage.Get).ForPage();
        pages.MapPost(CheckMailPage.Path, CheckMailPage.Post).ForPage(LimitName.Mail, LimitName.Address);
        pages.MapMethods(CheckMailPage.Path + "/{token}", Reading, VerifyPage.Get).ForPage(LimitName.Link);
        pages.MapPost(CheckMailPage.Path + "/{token}", VerifyPage.Post).ForPage(LimitName.Link, LimitName.Login);
        pages.MapMethods("/invite", Reading, VerifyPage.GetInvite).ForPage(LimitName.Link);
        pages.MapPost("/invite", VerifyPage.PostInvite).ForPage(LimitName.Link, LimitName.Login);
    }

    private static void MapUsers(RouteGroupBuilder pages)
    {
        pages.MapMethods(UsersPage.Path, Reading, UsersPage.Get).ForPage();
        pages.MapPost(UsersPage.Path, UsersPage.Post).ForPage(LimitName.Login);
    }

    private static void MapRecovery(RouteGroupBuilder pages)
    {
        pages.MapMethods(ForgottenPage.Path, Reading, ForgottenPage.Get).ForPage();
        pages.MapPost(ForgottenPage.Path, ForgottenPage.Post).ForPage(LimitName.Mail, LimitName.Address);
        foreach (var path in new[] { ForgottenPage.Path + "/{token}", ForgottenPage.Path + "/reset/{token}" })
        {
            pages.MapMethods(path, Reading, NewPasswordPage.Get).ForPage(LimitName.Link);
            pages.MapPost(path, NewPasswordPage.Post).ForPage(LimitName.Link);
        }
    }

    private static void MapSettings(RouteGroupBuilder pages)
    {
        pages.MapMethods(SettingsPage.Path, Reading, SettingsPage.Get).ForPage();
        pages.MapPost(SettingsPage.Path, SettingsPage.Post).ForPage(LimitName.Login, LimitName.Lookup, LimitName.Mail, LimitName.Address);
        pages.MapMethods(NewEmailPage.Path, Reading, NewEmailPage.Get).ForPage(LimitName.Link);
        pages.MapPost(NewEmailPage.Path, NewEmailPage.Post).ForPage(LimitName.Link);
        pages.MapMethods(OldEmailPage.Path, Reading, OldEmailPage.Get).ForPage(LimitName.Link);
        pages.MapPost(OldEmailPage.Path, OldEmailPage.Post).ForPage(LimitName.Link);
    }

    private static void MapDevMail(RouteGroupBuilder pages)
    {
        pages.MapMethods(DevMailPage.Path, Reading, DevMailPage.List).ForPage();
        pages.MapMethods(DevMailPage.Path + "/{id}", Reading, DevMailPage.Show).ForPage();
    }

    /// <summary>One parameter given twice means two things; nobody is left to choose (GH-SEC-247).</summary>
    private static ValueTask<object?> RefuseRepeatedAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Request.Query.Any(parameter => parameter.Value.Count > 1)
            ? ValueTask.FromResult<object?>(Problems.BadRequest("problem.doubled_parameter"))
            : next(context);
}
