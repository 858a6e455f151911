namespace Gatehouse;

/// <summary>
/// Names the groups of endpoints that an application may leave out. What is left out is not there: 404, by its API and
/// its pages, and no word of it in the OpenAPI document.
/// </summary>
[Flags]
public enum GatehouseFeatures
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Sign up, verify, resend. Its mails link to pages and to <see cref="Recovery"/>.</summary>
    SignUp = 1,

    /// <summary>Log in, log out, the session, and what a reverse proxy asks.</summary>
    Sessions = 1 << 1,

    /// <summary>The named users of an account.</summary>
    Users = 1 << 2,

    /// <summary>A forgotten password.</summary>
    Recovery = 1 << 3,

    /// <summary>What an account's holder changes behind a grant: <c>/api/auth/account</c>.</summary>
    Settings = 1 << 4,

    /// <summary>Looking at an invite. Whether one is needed is a setting, and claiming it part of <see cref="SignUp"/>.</summary>
    Invites = 1 << 5,

    /// <summary>Access tokens: <c>/account</c>, <c>/api/auth/token</c> and the public keys.</summary>
    ApiClients = 1 << 6,

    /// <summary>The hosted pages of the other features. They need <see cref="Sessions"/>.</summary>
    Pages = 1 << 7,

    /// <summary>Health and the OpenAPI document.</summary>
    Operations = 1 << 8,

    /// <summary>
    /// Logging in at providers, where the settings name any. It ends at <c>/auth/failed</c>, <c>/auth/link/{provider}</c> and
    /// <c>/auth/done</c>: without <see cref="Pages"/> the application has pages of its own there.
    /// </summary>
    SocialLogin = 1 << 9,

    /// <summary>
    /// Signing up and logging in with an identity of one's own, where <c>Jlinx:Enabled</c> says so and libsodium is found: the API under
    /// <c>/api/auth/jlinx</c>, the replication of documents, and two well-known documents.
    /// </summary>
    Jlinx = 1 << 10,

    /// <summary>Everything there is.</summary>
    All = SignUp | Sessions | Users | Recovery | Settings | Invites | ApiClients | Pages | Operations | SocialLogin | Jlinx,
}
