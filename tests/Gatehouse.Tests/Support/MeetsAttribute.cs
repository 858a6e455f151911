namespace Gatehouse.Tests.Support;

/// <summary>
/// The security requirements that this test holds: it fails when one of them is broken.
/// <c>docs/security/requirements.md</c> is made from these and from <c>Docs/requirements.txt</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, Inherited = false)]
internal sealed class MeetsAttribute(params string[] ids) : Attribute
{
    public IReadOnlyList<string> Ids => ids;
}
