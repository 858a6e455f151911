using System.Collections.Concurrent;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore.Cores;

internal enum Answer
{
    /// <summary>The proof was made.</summary>
    Proof,

    /// <summary>What was asked for isn't held here.</summary>
    NotAvailable,

    /// <summary>No core could answer that.</summary>
    Invalid,
}

/// <summary>
/// Decides which nodes a proof consists of, without reading any: path, then upgrade, then additional nodes, in the
/// order in which the reader will ask for them. It has room for the longest proof there can be, some 20 KiB, and is lent
/// out again and again: to as many as answer at a time, however many cores there are.
/// </summary>
internal sealed class ProofPlan
{
    private const int MostSpare = 16;

    private static readonly ConcurrentBag<ProofPlan> Spare = [];

    private readonly ulong[] indexes = new ulong[3 * NodeList.MaxCount];
    private readonly TreeNode?[] nodes = new TreeNode?[3 * NodeList.MaxCount];
    private int count;

    public static ProofPlan Borrow() => Spare.TryTake(out var plan) ? plan : new ProofPlan();

    public void Return()
    {
        if (Spare.Count < MostSpare)
            Spare.Add(this);
    }

    public Range Path { get; private set; }

    public Range UpgradeNodes { get; private set; }

    public Range AdditionalNodes { get; private set; }

    public ReadOnlyMemory<ulong> Indexes => indexes.AsMemory(0, count);

    public Memory<TreeNode?> Nodes => nodes.AsMemory(0, count);

    /// <summary>Plans the answer of a core of that length, which is the length it has a signature for.</summary>
    public Answer Make(RequestMessage request, ulong length)
    {
        count = 0;
        Path = UpgradeNodes = AdditionalNodes = ..0;
        if (length == 0)
            return Answer.Proof; // an empty core proves nothing, and says so with an empty answer
        var end = length;
        if (request.Upgrade is { } asked)
        {
            if (asked.Length == 0 || asked.Length > length || asked.Start > length - asked.Length)
                return Answer.Invalid;
            end = asked.Start + asked.Length;
        }
        if (Target(request, end, out var target) is var answer && answer != Answer.Proof)
            return answer;
        if (target is { } old && (request.Upgrade is not { } from || FlatTree.RightSpan(old.Index) < 2 * from.Start))
        {
            if (!TryClimb(old, end))
                return Answer.Invalid;
            target = null;
        }
        return request.Upgrade is { } upgrade && !TryUpgrade(upgrade, length, target)
            ? Answer.Invalid
            : Answer.Proof;
    }

    private readonly record struct Start(ulong Index, ulong Nodes, bool IsHash);

    private static Answer Target(RequestMessage request, ulong end, out Start? target)
    {
        target = null;
        if (request.Block is { } block)
        {
            if (request.Hash is not null)
                return Answer.Invalid;
            if (block.Index >= end)
                return Answer.NotAvailable;
            target = new Start(2 * block.Index, block.Nodes, IsHash: false);
        }
        else if (request.Hash is { } hash)
        {
            if (FlatTree.RightSpan(hash.Index) >= 2 * end)
                return Answer.NotAvailable;
            target = new Start(hash.Index, hash.Nodes, IsHash: true);
        }
        return Answer.Proof;
    }

    /// <summary>So many levels up, all of them below the end.</summary>
    private bool TryClimb(Start start, ulong end)
    {
        if (start.Nodes > FlatTree.MaxDepth)
            return false;
        var cursor = new TreeCursor(start.Index);
        if (start.IsHash)
            indexes[count++] = start.Index;
        for (var i = 0UL; i < start.Nodes; i++)
        {
            cursor.MoveToSibling();
            indexes[count++] = cursor.Index;
            cursor.MoveToParent();
            if (cursor.Contains(2 * end))
                return false;
        }
        Path = ..count;
        return true;
    }

    private bool TryUpgrade(UpgradeRequest upgrade, ulong length, Start? target)
    {
        var end = upgrade.Start + upgrade.Length;
        if (target is { } wanted && !TryPathInUpgrade(wanted, upgrade.Start, end))
            return false;
        var start = count;
        Cover(upgrade.Start, end, target?.Index);
        UpgradeNodes = start..count;
        if (end < length)
        {
            start = count;
            Cover(end, length, target: null);
            AdditionalNodes = start..count;
        }
        return true;
    }

    /// <summary>The path from the target up to the node of the upgrade that holds it, which is then left out.</summary>
    private bool TryPathInUpgrade(Start target, ulong start, ulong end)
    {
        if (FlatTree.LeftSpan(target.Index) < 2 * start)
            return false; // across the border: in no single node of the upgrade
        var walk = new UpgradeWalk(start, end);
        while (walk.TryNext(out var node))
        {
            var top = new TreeCursor(node);
            if (!top.Contains(target.Index))
                continue;
            if (target.IsHash)
                indexes[count++] = target.Index;
            for (var cursor = new TreeCursor(target.Index); cursor.Index != node; cursor.MoveToParent())
            {
                cursor.MoveToSibling();
                indexes[count++] = cursor.Index;
            }
            Path = ..count;
            return true;
        }
        return false;
    }

    private void Cover(ulong start, ulong end, ulong? target)
    {
        var walk = new UpgradeWalk(start, end);
        while (walk.TryNext(out var node))
        {
            if (target is not { } index || !new TreeCursor(node).Contains(index))
                indexes[count++] = node;
        }
    }
}
