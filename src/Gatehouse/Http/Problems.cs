namespace Gatehouse.Http;

/// <summary>Every error a client can get. The words are for the customer; causes go to the log, never in here.</summary>
internal static class Problems
{
    private const string Bearer = "Bearer";
    private const string BearerInvalid = "Bearer error=\"invalid_token\"";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2); // about as long as a wave or a restart lasts

    /// <summary>One of each kind, with general words where the sentence depends on the case: for documentation.</summary>
    public static IReadOnlyList<Problem> Catalogue { get; } =
    [
        BadRequest("The body is not well-formed, or a member is missing or of the wrong type."),
        InvalidInput("email", "An email, username or name is not acceptable."),
        WeakPassword("The password is too short, too long, too common, or too close to the email or the site's name."),
        Unauthenticated(), InvalidToken(), InvalidCredentials(), GrantRequired(), AccountUnverified(), Forbidden(), CrossOrigin(),
        SignUpClosed(), InviteRequired(), InviteInvalid(),
        MethodNotAllowed(), TooLarge(), UnsupportedMediaType(), NotFound(), UsernameTaken(),
        LimitReached("There are as many as there may be."), LastOne("The last user can't be deleted."),
        InvalidDocument("config", "An object is too large or too deep."),
        LinkInvalid(), TooManyRequests(TimeSpan.FromMinutes(1)), Unavailable(), Busy(), Internal(""),
    ];

    public static Problem BadRequest(string detail) => new(400, "bad_request", 1015, "Bad request", detail);

    public static Problem BadRequest(string field, string message) =>
        BadRequest($"The member '{field}' {message}.") with { Errors = Field(field, message) };

    public static Problem InvalidInput(string field, string message) =>
        new(422, "invalid_input", 1015, "Not acceptable", message) { Errors = Field(field, message) };

    public static Problem WeakPassword(string message) =>
        new(422, "weak_password", 1031, "Choose another password", message) { Errors = Field("password", message) };

    public static Problem Unauthenticated() =>
        new(401, "unauthenticated", 1000, "Log in first", "This needs a session; log in first.") { Challenge = Bearer };

    public static Problem InvalidToken() =>
        new(401, "invalid_token", 1000, "Log in again", "The access token is not valid, or not any more.")
        {
            Challenge = BearerInvalid,
        };

    public static Problem InvalidCredentials() =>
        new(401, "invalid_credentials", 1012, "Wrong credentials", "The email, username or password is wrong.");

    public static Problem GrantRequired() =>
        new(403, "grant_required", 10043, "Enter your password", "Account settings ask for the password again.");

    public static Problem AccountUnverified() =>
        new(403, "account_unverified", 1021, "Check your email",
            "This account isn't verified yet. Open the link in the mail we sent, or ask for it again.");

    /// <summary>No endpoint of ours answers it: a rule of the application that Gatehouse is part of.</summary>
    public static Problem Forbidden() =>
        new(403, "forbidden", 1012, "Not allowed", "Your account may not do this.");

    public static Problem CrossOrigin() =>
        new(403, "cross_origin", 1005, "Refused", "This request came from another site.");

    public static Problem SignUpClosed() =>
        new(403, "signup_closed", 1040, "Sign-up is closed", "New accounts are not being accepted.");

    public static Problem InviteRequired() =>
        new(403, "invite_required", 1043, "Invite needed", "An invite is needed to sign up here.");

    public static Problem InviteInvalid() =>
        new(403, "invite_invalid", 1045, "Invite not valid", "This invite is not valid, or not any more.");

    public static Problem MethodNotAllowed() =>
        new(405, "method_not_allowed", 1020, "Method not allowed", "This address doesn't take that method.");

    public static Problem TooLarge() =>
        new(413, "too_large", 1038, "Too large", "The request is larger than 64 KiB.");

    public static Problem UnsupportedMediaType(string expected = "application/json") =>
        new(415, "unsupported_media_type", 1020, "Unsupported media type",
            $"The body must be {expected} in UTF-8, not compressed.");

    public static Problem NotFound() => new(404, "not_found", 404, "Not found", "There is nothing here.");

    public static Problem UsernameTaken() =>
        new(409, "username_taken", 1014, "Username taken", "This username is taken; choose another.")
        {
            Errors = Field("username", "This username is taken."),
        };

    public static Problem LimitReached(string detail) => new(422, "limit_reached", 1004, "Limit reached", detail);

    public static Problem LastOne(string detail) => new(422, "last_one", 1026, "The last one stays", detail);

    public static Problem InvalidDocument(string field, string message) =>
        new(422, "invalid_document", 1015, "Not acceptable", message) { Errors = Field(field, message) };

    public static Problem LinkInvalid() =>
        new(410, "link_invalid", 1013, "Link not valid",
            "This link is used, expired or unknown. Please ask for a new one or sign up again.");

    public static Problem TooManyRequests(TimeSpan wait) =>
        new(429, "too_many_requests", 1024, "Too many requests", "Too many tries. Please wait a little.")
        {
            RetryAfter = wait,
        };

    public static Problem Unavailable() =>
        new(503, "unavailable", 1007, "Not available",
            "This can't be done at this time; nothing was changed. Please try again.") { RetryAfter = Soon };

    public static Problem Busy() =>
        new(503, "busy", 1007, "Busy",
            "Too many people are at the door. Please try again in a moment.") { RetryAfter = Soon };

    public static Problem Internal(string traceId) =>
        new(500, "internal", 1025, "Our mistake", "Something went wrong on our side.") { TraceId = traceId };

    private static Dictionary<string, string[]> Field(string field, string message) =>
        new(StringComparer.Ordinal) { [field] = [message] };
}
