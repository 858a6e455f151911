using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Gatehouse.Mail;
using Gatehouse.Mail.Smtp;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Mail.Smtp;

/// <summary>A real mail server (npm <c>smtp-server</c>), made out to <c>localhost</c> or to another name.</summary>
internal sealed class SmtpSink : IAsyncDisposable
{
    public const string User = "mailer@example.com";
    public const string Password = "correct horse \u00e9\U0001F40E";

    private static readonly DateTimeOffset ValidFrom = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Lazy<Certificate> Ours = new(() => Certificate.For("localhost"));
    private static readonly Lazy<Certificate> Foreign = new(() => Certificate.For("mail.example.net"));

    private readonly Node node;

    private SmtpSink(Node node, int port)
    {
        this.node = node;
        Port = port;
    }

    public int Port { get; }

    public static Task<SmtpSink> StartAsync(params string[] options) => StartAsync(Ours.Value, options);

    public static Task<SmtpSink> StartWithForeignCertificateAsync(params string[] options) =>
        StartAsync(Foreign.Value, options);

    public static string[] WithLogin(string mechanisms, params string[] options) =>
        [.. options, $"auth={mechanisms}", $"user={User}", $"password={Password}"];

    public SmtpSettings Settings(SmtpSecurity security, string? user = null, string? password = Password) =>
        new("localhost", Port, user, user is null ? null : password, security)
        {
            TrustedRoots = [Ours.Value.Root, Foreign.Value.Root],
        };

    public SmtpClient Client(SmtpSecurity security, string? user = null, string? password = Password) =>
        new(Settings(security, user, password), Mails.Sender, TimeProvider.System);

    /// <summary>Sends one mail over a connection of its own.</summary>
    public async Task<SmtpResult> SendAsync(SmtpSecurity security, string? user = null, MailMessage? mail = null)
    {
        await using var client = Client(security, user);
        return await client.SendAsync(mail ?? Mails.Plain, CancellationToken.None);
    }

    /// <summary>The next login or mail.</summary>
    public async Task<JsonElement> NextAsync()
    {
        var line = await node.ReadLineAsync() ?? throw new InvalidOperationException("The mail server has ended.");
        using var document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    /// <summary>Asserts that no login and no mail came besides those already read.</summary>
    public async Task AssertNothingMoreAsync()
    {
        await node.WriteLineAsync("stop");
        Assert.True((await NextAsync()).TryGetProperty("end", out _), "There was another login or mail.");
    }

    public ValueTask DisposeAsync() => node.DisposeAsync();

    private static async Task<SmtpSink> StartAsync(Certificate certificate, string[] options)
    {
        string[] identity = [$"cert={certificate.Pem}", $"key={certificate.KeyPem}"];
        var server = Node.Start("smtp-server.mjs", [.. options, .. identity]);
        using var hello = JsonDocument.Parse(await server.ReadLineAsync() ?? "{}");
        return new SmtpSink(server, hello.RootElement.GetProperty("port").GetInt32());
    }

    private sealed record Certificate(X509Certificate2 Root, string Pem, string KeyPem)
    {
        public static Certificate For(string host)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(host);
            request.CertificateExtensions.Add(names.Build());
            using var certificate = request.CreateSelfSigned(ValidFrom, ValidFrom.AddYears(100));
            var pem = certificate.ExportCertificatePem();
            return new Certificate(X509Certificate2.CreateFromPem(pem), pem, key.ExportPkcs8PrivateKeyPem());
        }
    }
}
