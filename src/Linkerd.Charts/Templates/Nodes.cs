namespace Linkerd.Charts.Templates;

/// <summary>A part of a parsed template.</summary>
internal abstract record Node(int Position);

internal sealed record TextNode(int Position, string Text) : Node(Position);

internal sealed record ActionNode(int Position, PipeNode Pipe) : Node(Position);

internal sealed record ListNode(int Position, List<Node> Items) : Node(Position);

/// <summary><c>if</c> and <c>with</c>: the second moves the dot.</summary>
internal sealed record BranchNode(int Position, PipeNode Pipe, ListNode Body, ListNode? Else, bool MovesDot) : Node(Position);

internal sealed record RangeNode(int Position, PipeNode Pipe, ListNode Body, ListNode? Else) : Node(Position);

internal sealed record BreakNode(int Position) : Node(Position);

internal sealed record ContinueNode(int Position) : Node(Position);

internal sealed record TemplateNode(int Position, string Name, PipeNode? Pipe) : Node(Position);

/// <summary>Commands joined by <c>|</c>, with the variables that take the result.</summary>
internal sealed record PipeNode(int Position, List<string> Variables, bool Assigns, List<CommandNode> Commands, string Text) : Node(Position);

/// <summary>A word and its arguments.</summary>
internal sealed record CommandNode(int Position, List<Node> Arguments, string Text) : Node(Position);

internal sealed record DotNode(int Position) : Node(Position);

internal sealed record NilNode(int Position) : Node(Position);

internal sealed record ConstantNode(int Position, object Value) : Node(Position);

internal sealed record FunctionNode(int Position, string Name) : Node(Position);

/// <summary><c>.a.b</c>.</summary>
internal sealed record FieldNode(int Position, List<string> Path) : Node(Position);

/// <summary><c>$x.a.b</c>.</summary>
internal sealed record VariableNode(int Position, string Name, List<string> Path) : Node(Position);

/// <summary><c>(pipeline).a.b</c>.</summary>
internal sealed record ChainNode(int Position, Node Target, List<string> Path) : Node(Position);

/// <summary>A named template and where it stands.</summary>
internal sealed record Definition(TemplateSource Source, ListNode Body);
