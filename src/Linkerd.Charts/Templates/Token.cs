namespace Linkerd.Charts.Templates;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    Text,
    Open,
    Close,
    Space,
    Identifier,
    Field,
    Variable,
    Number,
    Character,
    String,
    Declare,
    Assign,
    Pipe,
    Comma,
    LeftParen,
    RightParen,
    Dot,
    End,
}

/// <summary>A piece of a template; <see cref="Position"/> is its offset.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Position);
