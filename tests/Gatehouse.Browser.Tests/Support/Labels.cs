namespace Gatehouse.Browser.Tests.Support;

/// <summary>Every word of the pages that the tests look for: what is said otherwise one day is mended here.</summary>
internal static class Labels
{
    // Headings: which page this is.
    public const string Welcome = "Welcome";
    public const string LoggedIn = "You are logged in";
    public const string LogIn = "Log in";
    public const string SignUp = "Sign up";
    public const string CheckEmail = "Check your email";
    public const string ConfirmAccount = "Confirm your account";
    public const string WhoIsIt = "Who is it today?";
    public const string Forgotten = "Forgot your password?";
    public const string ChooseNew = "Choose a new password";
    public const string Settings = "Settings";
    public const string UseAddress = "Use this address?";
    public const string TakeBackAsk = "Take the change back?";
    public const string StartAfresh = "Start afresh";
    public const string LinkGone = "Link not valid";

    public const string IsThisYou = "Is this you?";
    public const string DidNotWork = "That didn't work";

    // Fields.
    public const string Email = "Email";
    public const string EmailOrUsername = "Email or username";
    public const string Password = "Password";
    public const string YourName = "Your name";
    public const string YourNameOptional = "Your name (optional)";
    public const string Invite = "Invite";
    public const string NewPassword = "New password";
    public const string NewEmail = "New email";
    public const string Username = "Username";
    public const string Name = "Name";
    public const string TypeToDelete = "Type it to go on";
    public const string AccountPassword = "Password of the account";

    // Pages of providers, and the ways to them.
    public const string ContinueWith = "Continue with ";
    public const string WhoAreYou = "Who are you?";
    public const string Continue = "Continue";
    public const string Cancel = "Cancel";

    // Identities of one's own.
    public const string OwnIdentity = "Continue with your own identity";
    public const string InTerminal = "In a terminal";
    public const string KeysLost = "Have you lost your keys?";
    public const string RecoverAccount = "Recover my account";
    public const string AddSomebody = "Add a user";
    public const string AddSite = "Add this site to your identity manager";
    public const string AddIdentity = "Add your own identity";
    public const string ApproveIt = "Approve it in your identity manager";
    public const string Approve = "Approve in your identity manager";
    public const string Identifier = "Username, email or account code";
    public const string ShowsCode = "Does your identity manager show a code?";
    public const string Code = "Code of your account";
    public const string UseCode = "Use this code";
    public const string GoOn = "Go on";
    public const string BeginAgain = "Begin again";
    public const string Copy = "Copy";
    public const string Copied = "Copied";
    public const string TimeRanOut = "The time ran out.";
    public const string SaidNo = "Your identity manager said no.";
    public const string NothingYet = "Nothing has come from your identity manager yet.";
    public const string WhatToCallYou = "What shall we call you?";
    public const string NotTheCode = "This is not the code that your identity manager shows.";
    public const string OwnWay = "Your own identity";
    public const string OldLoginLink = "Such a link is good once";
    public const string WantsToLogIn = "Your identity manager wants to log you in to Gatehouse.";

    // Buttons.
    public const string LinkAndLogIn = "Link and log in";
    public const string Remove = "Remove";
    public const string Add = "Add ";
    public const string SetAPassword = "Set a password";
    public const string Finish = "Finish";
    public const string SendLink = "Send the link";
    public const string SendAgain = "Send it again";
    public const string SetPassword = "Set the password";
    public const string LogOut = "Log out";
    public const string OpenSettings = "Open the settings";
    public const string Save = "Save";
    public const string ChangeEmail = "Change the email";
    public const string ChangePassword = "Change the password";
    public const string EndOthers = "Log out everywhere else";
    public const string Delete = "Delete my account for good";
    public const string UseThis = "Use this address";
    public const string TakeBack = "Take it back";
    public const string AddUser = "Add the user";
    public const string Clear = "Clear and log out";

    // What is folded away; the settings fold away a form behind the name of what it changes.
    public const string Leave = "I want to leave";
    public const string AddAUser = "Add a user";

    // Links.
    public const string Home = "Home";
    public const string ChooseAnother = "Choose another user";
    public const string SendMailAgain = "Send the mail again";
    public const string AskNewLink = "Ask for a new link";
    public const string SignUpAgain = "sign up again";

    // Parts of the settings.
    public const string DevicesPart = "Where you are logged in";

    public const string WaysPart = "Ways to log in";

    // Sentences.
    public const string Cancelled = "You did not log in at the other site.";
    public const string HasNoPassword = "has no password";
    public const string WayAdded = "From now on you can log in that way too.";
    public const string WayRemoved = "That way to log in is gone.";
    public const string LastWay = "This is the last way into the account.";
    public const string NoEmailYet = "Your account has no email yet.";
    public const string AskElsewhere = "Settings always ask you to show again who you are";
    public const string SomebodyElse = "You logged in as somebody who has no part in this account.";
    public const string InviteIsNeeded = "invite";
    public const string SentAgain = "it is on its way now";
    public const string ToGoOn = "Log in to go on.";
    public const string NothingIsLost = "Nothing was lost";
    public const string IsLoggedOut = "You are logged out.";
    public const string IsSaved = "Your change is saved.";
    public const string PasswordIsSet = "Your new password is set";
    public const string MailIsOnItsWay = "a mail with a link is on its way";
    public const string EmailAsked = "Open the link in the mail that is on its way to the new address.";
    public const string EmailIsChanged = "The new address is your account's from now on.";
    public const string EmailIsBack = "The old address is your account's again.";
    public const string SessionsEnded = "Done. There you are logged out.";
    public const string Deleted = "Your account is deleted.";
    public const string UserAdded = "The user was added.";
    public const string WrongCredentials = "The email, username or password is wrong.";
    public const string NotYetVerified = "Check your email";
    public const string WrongAccountPassword = "This is not the password of the account.";
    public const string NotTheChosenPassword = "This is not the password you chose when you signed up.";
    public const string InviteNotValid = "This invite is not valid, or not any more.";
    public const string CookiesAreNeeded = "cookie";
    public const string UsedOrOld = "It may have been used already";
}
