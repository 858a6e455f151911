using System.Security.Cryptography;
using Gatehouse.Security;
using Microsoft.AspNetCore.DataProtection;

namespace Gatehouse.Hosting;

/// <summary>
/// A release of Data Protection once accepted changed payloads (CVE-2026-40372). One that does so again must not start:
/// flipped bits and another purpose are tried, each must be refused (GH-SEC-060).
/// </summary>
internal static class ProtectionProof
{
    private const string Purpose = "Gatehouse.SelfTest.v1";
    private const string OtherPurpose = "Gatehouse.SelfTest.v2";

    /// <exception cref="CryptographicException">The provider accepts what it must refuse, or refuses its own.</exception>
    public static void Require(IDataProtectionProvider provider)
    {
        var protector = provider.CreateProtector(Purpose);
        var secret = SecretBytes.New();
        var payload = protector.Protect(secret);
        if (!protector.Unprotect(payload).AsSpan().SequenceEqual(secret))
            throw new CryptographicException("Data Protection doesn't give back what it was given; refusing to start.");
        if (!Refuses(provider.CreateProtector(OtherPurpose), payload))
            throw new CryptographicException("Data Protection accepts a payload of another purpose; refusing to start.");
        for (var position = 0; position < payload.Length; position++)
        {
            var flipped = (byte[])payload.Clone();
            flipped[position] ^= 1;
            if (!Refuses(protector, flipped))
                throw new CryptographicException("Data Protection accepts a changed payload; refusing to start.");
        }
    }

    private static bool Refuses(IDataProtector protector, byte[] payload)
    {
        try
        {
            protector.Unprotect(payload);
            return false;
        }
        catch (CryptographicException)
        {
            return true;
        }
    }
}
