//! Rust source, read well enough to judge it: comments and strings blanked, the rest cut into tokens with their
//! lines. Not a parser: it knows no grammar beyond brackets.

/// One word or sign of the code, outside comments and strings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// An identifier, a number, `::`, `=>`, or one sign.
    pub text: String,
    /// Line, from 1.
    pub line: usize,
}

/// `source` with the insides of comments, strings and characters blanked; every line keeps its place.
pub fn blanked(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    while at < chars.len() {
        let end = skipped(&chars, at);
        if end == at {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        for &c in &chars[at..end] {
            out.push(if c == '\n' { '\n' } else { ' ' });
        }
        at = end;
    }
    out
}

/// Where the comment or literal that starts at `at` ends; `at` itself where none starts.
fn skipped(chars: &[char], at: usize) -> usize {
    let next = chars.get(at + 1).copied();
    match chars[at] {
        '/' if next == Some('/') => line_end(chars, at),
        '/' if next == Some('*') => block_end(chars, at),
        '"' => string_end(chars, at),
        '\'' => char_end(chars, at),
        'r' if !follows_word(chars, at) || is_literal_prefix(chars, at) => raw_end(chars, at),
        _ => at,
    }
}

fn line_end(chars: &[char], at: usize) -> usize {
    (at..chars.len()).find(|&i| chars[i] == '\n').unwrap_or(chars.len())
}

fn block_end(chars: &[char], at: usize) -> usize {
    let (mut depth, mut i) = (0usize, at);
    while i + 1 < chars.len() {
        match (chars[i], chars[i + 1]) {
            ('/', '*') => (depth, i) = (depth + 1, i + 2),
            ('*', '/') => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
    chars.len()
}

fn string_end(chars: &[char], at: usize) -> usize {
    let mut i = at + 1;
    while i < chars.len() {
        match chars[i] {
            '\\' => i += 2,
            '"' => return i + 1,
            _ => i += 1,
        }
    }
    chars.len()
}

/// A character ends at its quote; a lifetime is none.
fn char_end(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => (at + 3..chars.len()).find(|&i| chars[i] == '\'').map_or(chars.len(), |i| i + 1),
        (Some(_), Some('\'')) => at + 3,
        _ => at,
    }
}

fn follows_word(chars: &[char], at: usize) -> bool {
    at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_')
}

/// The `r` of `br"…"` and `cr"…"`.
fn is_literal_prefix(chars: &[char], at: usize) -> bool {
    matches!(chars.get(at.wrapping_sub(1)), Some('b' | 'c')) && !follows_word(chars, at - 1)
}

fn raw_end(chars: &[char], at: usize) -> usize {
    let hashes = chars[at + 1..].iter().take_while(|&&c| c == '#').count();
    if chars.get(at + 1 + hashes) != Some(&'"') {
        return at;
    }
    let closes =
        |i: usize| chars[i] == '"' && chars[i + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes;
    (at + 2 + hashes..chars.len()).find(|&i| closes(i)).map_or(chars.len(), |i| i + 1 + hashes)
}

/// The tokens of `source`.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut found = Vec::new();
    for (index, line) in blanked(source).lines().enumerate() {
        let chars: Vec<char> = line.chars().collect();
        let mut at = 0;
        while at < chars.len() {
            let length = token_length(&chars[at..]);
            if !chars[at].is_whitespace() {
                found.push(Token { text: chars[at..at + length].iter().collect(), line: index + 1 });
            }
            at += length;
        }
    }
    found
}

fn token_length(chars: &[char]) -> usize {
    let word = chars.iter().take_while(|c| c.is_alphanumeric() || **c == '_').count();
    let is_pair = matches!(chars, [':', ':', ..] | ['=' | '-', '>', ..]);
    if word > 0 {
        word
    } else if is_pair {
        2
    } else {
        1
    }
}

/// The index of the bracket that closes the one at `open`; the last token where none does.
pub fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0usize;
    for (i, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return i;
        }
    }
    tokens.len().saturating_sub(1)
}

/// One function with a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Line of its `fn`.
    pub line: usize,
    /// Lines from `fn` to the closing brace.
    pub length: usize,
}

/// The functions of `tokens`, nested ones too.
pub fn functions(tokens: &[Token]) -> Vec<Function> {
    let mut found = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let Some(name) = tokens.get(i + 1).filter(|name| token.text == "fn" && is_word(&name.text)) else { continue };
        let mut at = i + 2;
        while at < tokens.len() && !matches!(tokens[at].text.as_str(), "{" | ";") {
            at = if matches!(tokens[at].text.as_str(), "(" | "[") { closing(tokens, at) + 1 } else { at + 1 };
        }
        if at < tokens.len() && tokens[at].text == "{" {
            let length = tokens[closing(tokens, at)].line - token.line + 1;
            found.push(Function { name: name.text.clone(), line: token.line, length });
        }
    }
    found
}

/// Whether `text` is an identifier or a number.
pub fn is_word(text: &str) -> bool {
    text.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '_')
}
