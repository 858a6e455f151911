using System.Security.Cryptography;
using Gatehouse.Security;

namespace Gatehouse.Sessions;

/// <summary>
/// The secret of a session: 256 random bits made here at login, never taken from a client. The cookie carries it
/// encrypted; the database keeps its SHA-256.
/// </summary>
internal sealed class SessionToken
{
    private readonly byte[] bytes;

    private SessionToken(byte[] bytes) => this.bytes = bytes;

    public static SessionToken New() => new(SecretBytes.New());

    public static SessionToken? FromBytes(byte[] bytes) => bytes.Length == SecretBytes.Length ? new(bytes) : null;

    public byte[] Hash() => SHA256.HashData(bytes);

    public byte[] Reveal() => bytes;

    public override string ToString() => "SessionToken (redacted)";
}
