using System.Security.Cryptography;
using System.Text;
using Gatehouse.Security;

namespace Gatehouse.Http;

/// <summary>
/// What a budget is called outside this process: an HMAC, so that a dump of the store tells neither an address nor what
/// somebody typed in place of one (GH-SEC-045). Every node derives the same name from <c>Secrets:Key</c>.
/// </summary>
internal sealed class LimitKeys(MasterKeys secrets)
{
    private readonly byte[] key = secrets.Derive("limit key").Reveal();

    public string Of(Budget budget) =>
        $"{budget.Name}/{SecretBytes.ToText(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(budget.Key)))}";
}
