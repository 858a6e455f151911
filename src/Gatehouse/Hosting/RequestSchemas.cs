using System.Text.Json;
using Gatehouse.Jlinx;
using Gatehouse.Recovery;
using Gatehouse.Sessions;
using Gatehouse.Settings;
using Gatehouse.SignUp;
using Gatehouse.SocialLogin;

namespace Gatehouse.Hosting;

/// <summary>Tells the OpenAPI document what request bodies look like; reflection is off, so they come from the contexts.</summary>
internal static class RequestSchemas
{
    public static void AddTo(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Add(SignUpJson.Default);
        options.TypeInfoResolverChain.Add(SessionJson.Default);
        options.TypeInfoResolverChain.Add(UserRequestJson.Default);
        options.TypeInfoResolverChain.Add(RecoveryJson.Default);
        options.TypeInfoResolverChain.Add(SettingsJson.Default);
        options.TypeInfoResolverChain.Add(SocialJson.Default);
        options.TypeInfoResolverChain.Add(JlinxJson.Default);
    }
}
