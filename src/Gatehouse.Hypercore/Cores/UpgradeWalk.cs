using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore.Cores;

/// <summary>
/// Yields the nodes that take a reader from one length to a greater one, in the order it needs them: the right siblings
/// on the way up from its last block to the first root that grew over it, then the roots after that.
/// </summary>
internal struct UpgradeWalk(ulong start, ulong end)
{
    private FlatTree.RootEnumerator roots = FlatTree.Roots(end);
    private TreeCursor cursor;
    private ulong root;
    private bool isClimbing, hasStarted = start == 0;

    public bool TryNext(out ulong index)
    {
        while (true)
        {
            if (isClimbing && TryClimb(out index))
                return true;
            if (!roots.MoveNext())
            {
                index = 0;
                return false;
            }
            root = roots.Current;
            if (start > 0 && FlatTree.RightSpan(root) <= (2 * start) - 2)
                continue; // the reader has it
            if (!hasStarted && FlatTree.LeftSpan(root) <= (2 * start) - 2)
            {
                hasStarted = isClimbing = true;
                cursor = new TreeCursor((2 * start) - 2);
                continue;
            }
            hasStarted = true;
            index = root;
            return true;
        }
    }

    /// <summary>The next sibling to the right of what the reader has, up to the root.</summary>
    private bool TryClimb(out ulong index)
    {
        while (cursor.Index != root)
        {
            var sibling = cursor.SiblingIndex;
            cursor.MoveToParent();
            if (sibling <= (2 * start) - 2)
                continue;
            index = sibling;
            return true;
        }
        isClimbing = false;
        index = 0;
        return false;
    }
}
