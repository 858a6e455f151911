using System.Reflection;
using Xunit.Sdk;

namespace Gatehouse.Browser.Tests.Support;

/// <summary>Runs a theory twice: JavaScript on, JavaScript off. What a page promises it keeps in both.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WithAndWithoutScriptAttribute : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[true], [false]];
}
