// What the figures of bench/run are compared with: the least that an ASP.NET Core server can do for a request, and the
// least that it can do for one that verifies a token and signs another.
using System.Security.Cryptography;
using System.Text;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
var app = builder.Build();
app.MapGet("/", () => Results.Text("""{"hello":"world"}""", "application/json"));

using var rsa = RSA.Create(2048);
var text = Encoding.ASCII.GetBytes(new string('x', 500)); // about as long as the signed part of an access token
var signature = rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
app.MapGet("/verify", () => Verify() ? Results.Text("true") : Results.StatusCode(500));
app.MapGet("/verify-and-sign", () => Verify()
    ? Results.Text(Convert.ToBase64String(rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)))
    : Results.StatusCode(500));
await app.RunAsync();

bool Verify() => rsa.VerifyData(text, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
