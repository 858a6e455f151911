using Gatehouse.Texts;

namespace Gatehouse.Http;

/// <summary>
/// Every error a client can get. Its words stand in the catalogue of texts, as <c>problem.CODE</c> and
/// <c>problem.CODE.title</c>; they are for the customer, causes go to the log and never in here.
/// </summary>
internal static class Problems
{
    private const string Bearer = "Bearer";
    private const string BearerInvalid = "Bearer error=\"invalid_token\"";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2); // about as long as a wave or a restart lasts

    /// <summary>One of each kind, with general words where the sentence depends on the case: for documentation.</summary>
    public static IReadOnlyList<Problem> Catalogue { get; } =
    [
        BadRequest("problem.bad_request"), InvalidInput("email", "problem.invalid_input"), WeakPassword("problem.weak_password"),
        Unauthenticated(), InvalidToken(), InvalidCredentials(), GrantRequired(), AccountUnverified(), Forbidden(), CrossOrigin(),
        SignUpClosed(), InviteRequired(), InviteInvalid(),
        MethodNotAllowed(), TooLarge(), UnsupportedMediaType(), NotFound(), UsernameTaken(),
        LimitReached("problem.limit_reached"), LastOne(), InvalidDocument("config"),
        LinkInvalid(), LoginCancelled(), LoginExpired(), ProviderFailed(), IdentityTaken(), WrongIdentity(), TooManyRequests(TimeSpan.FromMinutes(1)), Unavailable(), Busy(), Internal(""),
    ];

    public static Problem BadRequest(Phrase detail) => new(400, "bad_request", 1015) { Detail = detail };

    /// <summary>A member of the body, or a field of the form, that isn't there.</summary>
    public static Problem Missing(string field) =>
        BadRequest(new Phrase("problem.missing", ("field", field))) with { Errors = Field(field, "error.missing") };

    public static Problem WrongType(string field) =>
        BadRequest(new Phrase("problem.wrong_type", ("field", field))) with { Errors = Field(field, "error.wrong_type") };

    public static Problem BadRequest(string field, Phrase error) => BadRequest(error) with { Errors = Field(field, error) };

    public static Problem InvalidInput(string field, Phrase error) =>
        new(422, "invalid_input", 1015) { Detail = error, Errors = Field(field, error) };

    public static Problem WeakPassword(Phrase error) =>
        new(422, "weak_password", 1031) { Detail = error, Errors = Field("password", error) };

    public static Problem Unauthenticated() => new(401, "unauthenticated", 1000) { Challenge = Bearer };

    public static Problem InvalidToken() => new(401, "invalid_token", 1000) { Challenge = BearerInvalid };

    public static Problem InvalidCredentials() => new(401, "invalid_credentials", 1012);

    public static Problem GrantRequired() => new(403, "grant_required", 10043);

    public static Problem AccountUnverified() => new(403, "account_unverified", 1021);

    /// <summary>No endpoint of ours answers it: a rule of the application that Gatehouse is part of.</summary>
    public static Problem Forbidden() => new(403, "forbidden", 1012);

    public static Problem CrossOrigin() => new(403, "cross_origin", 1005);

    public static Problem SignUpClosed() => new(403, "signup_closed", 1040);

    public static Problem InviteRequired() => new(403, "invite_required", 1043);

    public static Problem InviteInvalid() => new(403, "invite_invalid", 1045);

    public static Problem MethodNotAllowed() => new(405, "method_not_allowed", 1020);

    public static Problem TooLarge() => new(413, "too_large", 1038);

    public static Problem UnsupportedMediaType(string expected = "application/json") =>
        new(415, "unsupported_media_type", 1020) { Detail = new Phrase("problem.unsupported_media_type", ("type", expected)) };

    public static Problem NotFound() => new(404, "not_found", 404);

    public static Problem UsernameTaken() =>
        new(409, "username_taken", 1014) { Errors = Field("username", "error.username_taken") };

    public static Problem LimitReached(Phrase detail) => new(422, "limit_reached", 1004) { Detail = detail };

    public static Problem LastOne() => new(422, "last_one", 1026);

    public static Problem InvalidDocument(string field) =>
        new(422, "invalid_document", 1015) { Errors = Field(field, "problem.invalid_document") };

    public static Problem LinkInvalid() => new(410, "link_invalid", 1013);

    /// <summary>The customer said no at the provider.</summary>
    public static Problem LoginCancelled() => new(403, "login_cancelled", 999);

    /// <summary>An answer of a provider that belongs to no login under way in this browser: too late, used, or another's.</summary>
    public static Problem LoginExpired() => new(410, "login_expired", 1013);

    /// <summary>A provider that is away, or whose answer is not to be believed: the cause is in the log.</summary>
    public static Problem ProviderFailed() => new(502, "provider_failed", 1042);

    public static Problem IdentityTaken() => new(409, "identity_taken", 1014);

    /// <summary>A fresh login as somebody who has no part in the account.</summary>
    public static Problem WrongIdentity() => new(403, "wrong_identity", 1012);

    public static Problem TooManyRequests(TimeSpan wait) =>
        new(429, "too_many_requests", 1024) { Detail = new Phrase("problem.too_many_requests", ("wait", wait)), RetryAfter = wait };

    public static Problem Unavailable() => new(503, "unavailable", 1007) { RetryAfter = Soon };

    public static Problem Busy() => new(503, "busy", 1007) { RetryAfter = Soon };

    public static Problem Internal(string traceId) => new(500, "internal", 1025) { TraceId = traceId };

    private static Dictionary<string, Phrase[]> Field(string field, Phrase error) =>
        new(StringComparer.Ordinal) { [field] = [error] };
}
