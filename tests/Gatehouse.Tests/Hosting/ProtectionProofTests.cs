using System.Security.Cryptography;
using Gatehouse.Hosting;
using Gatehouse.Tests.Support;
using Microsoft.AspNetCore.DataProtection;

namespace Gatehouse.Tests.Hosting;

public sealed class ProtectionProofTests
{
    private const string Changed = "Data Protection accepts a changed payload; refusing to start.";

    [Fact]
    public void The_frameworks_own_protection_passes() => ProtectionProof.Require(new EphemeralDataProtectionProvider());

    [Fact]
    [Meets("GH-SEC-060")]
    public void A_protector_that_accepts_everything_is_refused() => AssertRefused(
        "Data Protection accepts a payload of another purpose; refusing to start.", new Careless((_, _) => true));

    [Fact]
    [Meets("GH-SEC-060")]
    public void A_protector_that_ignores_the_purpose_is_refused() => AssertRefused(
        "Data Protection accepts a payload of another purpose; refusing to start.", new Careless((changed, _) => changed is null));

    [Theory]
    [Meets("GH-SEC-060")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(31)]
    public void A_protector_that_accepts_one_changed_byte_is_refused(int position) => AssertRefused(
        Changed, new Careless((changed, own) => own && (changed is null || changed == position)));

    [Fact]
    public void A_protector_that_gives_back_something_else_is_refused() => AssertRefused(
        "Data Protection doesn't give back what it was given; refusing to start.", new Careless((_, own) => own, returns: [1, 2, 3]));

    private static void AssertRefused(string message, IDataProtectionProvider provider) =>
        Assert.Equal(message, Assert.Throws<CryptographicException>(() => ProtectionProof.Require(provider)).Message);

    /// <summary>Its payloads are the plain bytes, the same once more, and the end of their purpose.</summary>
    /// <param name="accepts">Told the first changed byte, or null, and whether the purpose is the payload's.</param>
    private sealed class Careless(Func<int?, bool, bool> accepts, byte[]? returns = null, byte purpose = 0) : IDataProtector
    {
        public IDataProtector CreateProtector(string purpose) => new Careless(accepts, returns, (byte)purpose[^1]);

        public byte[] Protect(byte[] plaintext) => [.. plaintext, .. plaintext, purpose];

        public byte[] Unprotect(byte[] protectedData)
        {
            var length = protectedData.Length / 2;
            var changed = protectedData.AsSpan(0, length).CommonPrefixLength(protectedData.AsSpan(length, length));
            return accepts(changed < length ? changed : null, protectedData[^1] == purpose)
                ? returns ?? protectedData[..length]
                : throw new CryptographicException("Refused.");
        }
    }
}
