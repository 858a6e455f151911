using Gatehouse.IdentityManager.Tests.Support;

// What tests run as a process of its own, to kill it.
return args switch
{
    ["commit", var home] => Committing.Run(home),
    ["hold", var home] => Committing.Hold(home),
    ["full", var home] => FullDisk.Run(home),
    ["serve-full", var home] => await FullDisk.ServeAsync(home),
    ["add", var home, var link] => await SigningUp.RunAsync(home, link),
    ["open", var url] => Opening.Run(url),
    ["notify", var origin, var browser] => Notifying.Run(origin, browser),
    _ => 2,
};
