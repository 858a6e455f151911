using System.Security.Cryptography;
using Gatehouse.Hosting;
using Microsoft.AspNetCore.DataProtection;

namespace Gatehouse.Tests.Hosting;

public sealed class ProtectionProofTests
{
    [Fact]
    public void The_frameworks_own_protection_passes() => ProtectionProof.Require(new EphemeralDataProtectionProvider());

    [Fact]
    public void A_protector_that_accepts_everything_is_refused() =>
        Assert.Throws<CryptographicException>(() => ProtectionProof.Require(new Careless(_ => true, _ => true)));

    [Fact]
    public void A_protector_that_ignores_the_purpose_is_refused()
    {
        var refusal = Assert.Throws<CryptographicException>(
            () => ProtectionProof.Require(new Careless(known => known, _ => true)));

        Assert.Contains("another purpose", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Each part of a payload: the secret, its end, and the one byte that a sampling check would miss.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(31)]
    public void A_protector_that_accepts_one_changed_byte_is_refused(int position)
    {
        var refusal = Assert.Throws<CryptographicException>(
            () => ProtectionProof.Require(new Careless(_ => false, changed => changed == position)));

        Assert.Contains("changed payload", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_protector_that_refuses_its_own_is_refused() =>
        Assert.Throws<CryptographicException>(() => ProtectionProof.Require(new Careless(_ => false, _ => false, own: false)));

    /// <summary>Keeps payloads in memory; says for itself which strangers it lets in.</summary>
    private sealed class Careless(Func<bool, bool> otherPurpose, Func<int, bool> changedByte, bool own = true) : IDataProtector
    {
        private readonly List<byte[]> made = [];
        private bool isOther;

        public IDataProtector CreateProtector(string purpose)
        {
            var protector = new Careless(otherPurpose, changedByte, own) { isOther = made.Count > 0 };
            protector.made.AddRange(made);
            return made.Count > 0 ? protector : this;
        }

        public byte[] Protect(byte[] plaintext)
        {
            made.Add(plaintext);
            return [.. plaintext];
        }

        public byte[] Unprotect(byte[] protectedData)
        {
            var plaintext = made[0];
            var changed = Enumerable.Range(0, plaintext.Length).Where(i => plaintext[i] != protectedData[i]).ToArray();
            var accepted = isOther ? otherPurpose(true) : changed.Length == 0 ? own : changed.Length == 1 && changedByte(changed[0]);
            return accepted ? plaintext : throw new CryptographicException("Refused.");
        }
    }
}
