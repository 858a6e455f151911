using System.Security.Claims;
using Gatehouse;
using Guarded;

var builder = WebApplication.CreateBuilder(args);
builder.AddGatehouse(); // reads the section "Gatehouse" of the configuration
builder.Services.AddSingleton<IGatehouseListener, Welcome>();

var app = builder.Build();
app.MapGatehouse(); // /api/auth, /account, the pages under /auth, the well-known documents
app.MapGet("/", () => Results.Content("""
    <!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Guarded</title>
    <link rel="stylesheet" href="/auth/panel.css"><script type="module" src="/auth/panel.mjs"></script>
    <main><h1>Guarded</h1><gatehouse-panel></gatehouse-panel><p><a href="/me">Who am I?</a></p></main>
    """, "text/html; charset=utf-8"));
app.MapGet("/hello", () => "Hello, whoever you are.");
app.MapGet("/me", (ClaimsPrincipal user) => $"Hello, {user.Identity!.Name}.").RequireAuthorization();
app.Run();
