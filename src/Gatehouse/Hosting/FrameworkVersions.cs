using System.Reflection;
using Gatehouse.Configuration;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Hosting;

/// <summary>The releases of the framework that we don't run on, or not without a word (GH-SEC-261).</summary>
internal static class FrameworkVersions
{
    // CVE-2026-40372: 10.0.0 to 10.0.6 accept changed payloads.
    private static readonly Version FirstBroken = new(10, 0, 0);
    private static readonly Version FirstMended = new(10, 0, 7);

    /// <summary>The newest release known to mend a weakness that reaches us (CVE-2026-70183).</summary>
    public static Version NewestKnownFix { get; } = new(10, 0, 13);

    public static Version DataProtection { get; } =
        Of(typeof(IDataProtector).Assembly, typeof(IDataProtectionBuilder).Assembly);

    public static Version AspNetCore { get; } = Of(typeof(HttpContext).Assembly);

    /// <exception cref="SettingsFaultException">The release is one of the broken ones.</exception>
    public static void RequireSafe(Version dataProtection)
    {
        if (dataProtection >= FirstBroken && dataProtection < FirstMended)
        {
            throw new SettingsFaultException(
                [$"ASP.NET Core Data Protection {dataProtection} accepts forged cookies (CVE-2026-40372). Update the runtime"]);
        }
    }

    public static bool IsOutdated(Version aspNetCore) => aspNetCore < NewestKnownFix;

    /// <summary>Reads <c>10.0.12+commit</c> and <c>11.0.0-preview.1+commit</c>.</summary>
    public static Version Parse(string informational) => Version.Parse(informational.Split('+', '-')[0]);

    /// <summary>The oldest of the assemblies' releases. The assembly version stays at the major one, so it isn't asked.</summary>
    private static Version Of(params Assembly[] assemblies) => assemblies.Min(assembly => Parse(
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion))!;
}
