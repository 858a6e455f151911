using System.Reflection;
using System.Runtime.CompilerServices;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Docs;

/// <summary>What applications compile against is a file in review: <c>./docs/generate</c> rewrites it, on purpose.</summary>
public sealed class PublicApiTests
{
    private static readonly string Listing = Path.Combine(Node.RepositoryRoot, "src", "Gatehouse", "PublicApi.txt");

    private static readonly NullabilityInfoContext Nullability = new();

    [Fact]
    public void It_changes_only_on_purpose()
    {
        var current = string.Concat(typeof(GatehouseApplication).Assembly.GetExportedTypes()
            .OrderBy(type => type.FullName, StringComparer.Ordinal).SelectMany(Describe).Select(line => line + "\n"));
        if (Environment.GetEnvironmentVariable("GATEHOUSE_WRITE_DOCS") == "1")
            File.WriteAllText(Listing, current);

        Assert.Equal(File.ReadAllText(Listing), current);
    }

    private static IEnumerable<string> Describe(Type type)
    {
        const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        yield return $"{type.FullName}{(type.BaseType is { } parent && parent != typeof(object) ? " : " + NameOf(parent) : "")}";
        var members = type.GetMembers(Own).Where(IsShown).Select(member => "    " + Describe(member));
        foreach (var member in members.Order(StringComparer.Ordinal))
            yield return member;
    }

    private static bool IsShown(MemberInfo member) => member switch
    {
        // What the compiler writes for a record follows from its constructor.
        MethodBase method => !method.IsDefined(typeof(CompilerGeneratedAttribute))
            && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly) && (!method.IsSpecialName || method.IsConstructor),
        FieldInfo field => field.IsPublic && !field.IsSpecialName,
        PropertyInfo property => property.GetAccessors(nonPublic: false).Length > 0,
        _ => false,
    };

    private static string Describe(MemberInfo member) => member switch
    {
        FieldInfo field => $"{field.Name}: {NameOf(field.FieldType)}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : "")}",
        PropertyInfo property => $"{property.Name}: {NameOf(property.PropertyType)}{Mark(Nullability.Create(property))}",
        MethodInfo method => $"{method.Name}({Parameters(method)}): {NameOf(method.ReturnType)}{Mark(Nullability.Create(method.ReturnParameter))}",
        _ => $"{member.Name}({Parameters((MethodBase)member)})",
    };

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(
        parameter => $"{NameOf(parameter.ParameterType)}{Mark(Nullability.Create(parameter))} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.DefaultValue}" : "")}"));

    private static string Mark(NullabilityInfo info) =>
        info.ReadState == NullabilityState.Nullable && !info.Type.IsValueType ? "?" : "";

    private static string NameOf(Type type) => type.IsGenericType
        ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
        : type.Name;
}
