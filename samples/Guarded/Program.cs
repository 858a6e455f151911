using System.Security.Claims;
using Gatehouse;
using Guarded;

var builder = WebApplication.CreateBuilder(args);
builder.AddGatehouse(); // reads the section "Gatehouse" of the configuration
builder.Services.AddSingleton<IGatehouseListener, Welcome>();

var app = builder.Build();
app.MapGatehouse(); // /api/auth, /account, the pages under /auth, the well-known documents
app.MapGet("/hello", () => "Hello, whoever you are.");
app.MapGet("/me", (ClaimsPrincipal user) => $"Hello, {user.Identity!.Name}.").RequireAuthorization();
app.Run();
