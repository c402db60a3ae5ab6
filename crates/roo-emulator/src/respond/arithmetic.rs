//! Finds an arithmetic expression in a sentence.

/// The longest expression in the text, such as `15 * 24` in "What is 15 * 24?"; `None` if there is none. A
/// date or a number with dashes is none: a minus or slash without spaces counts only if it is the only
/// operator.
pub(super) fn find(text: &str) -> Option<String> {
    let candidates = text.split(|character: char| !belongs(character));
    candidates.filter_map(expression).max_by_key(String::len)
}

fn belongs(character: char) -> bool {
    character.is_ascii_digit() || is_operator(character) || matches!(character, ' ' | '.' | '(' | ')')
}

fn is_operator(character: char) -> bool {
    matches!(character, '+' | '-' | '*' | '/' | '×' | '÷' | '^' | '%')
}

fn expression(candidate: &str) -> Option<String> {
    let mut trimmed = candidate.trim_matches(|c: char| c == ' ' || c == '.' || is_operator(c));
    // A parenthesis opened or closed in the sentence around it.
    while trimmed.matches('(').count() < trimmed.matches(')').count() {
        trimmed = trimmed.strip_suffix(')')?.trim_end();
    }
    while trimmed.matches('(').count() > trimmed.matches(')').count() {
        trimmed = trimmed.strip_prefix('(')?.trim_start();
    }
    let operators = trimmed.chars().filter(|&c| is_operator(c)).count();
    let numbers =
        trimmed.split(|c: char| !c.is_ascii_digit() && c != '.').filter(|part| !part.is_empty()).count();
    let is_dashed = operators > 1
        && !trimmed.contains(' ')
        && trimmed.chars().all(|c| c.is_ascii_digit() || "-/".contains(c));
    (operators > 0 && numbers > 1 && !is_dashed).then(|| trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_expression() {
        for (text, found) in [
            ("What is 15 * 24?", "15 * 24"),
            ("Please compute (2+3)*4.", "(2+3)*4"),
            ("I think (as of 2024) that 1.5 + 2.25 is right.", "1.5 + 2.25"),
            ("7 × 6", "7 × 6"),
            ("maybe (3 - 1)", "(3 - 1)"),
            ("5-3", "5-3"),
        ] {
            assert_eq!(find(text).as_deref(), Some(found), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_expression() {
        for text in [
            "",
            "Hello",
            "In 2024",
            "on 2024-01-02",
            "call 1-800-555",
            "a - b",
            "version 1.2.3",
            "100% sure",
            "3 apples and 4 pears",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
