//! Percent-encoding as SigV4 wants it: the unreserved characters of RFC 3986 stay, all else is escaped.

/// Appends `text`, every byte that is not unreserved escaped, a `%` included.
pub(crate) fn push_encoded(out: &mut Vec<u8>, text: &[u8]) {
    // In runs, because all but a few bytes stay as they are.
    for run in text.split_inclusive(|byte| !is_unreserved(*byte)) {
        match run.split_last() {
            Some((&last, kept)) if !is_unreserved(last) => {
                out.extend_from_slice(kept);
                push_byte(out, last);
            }
            _ => out.extend_from_slice(run),
        }
    }
}

/// Appends `text` decoded and encoded again, so that every spelling of the same characters ends up the same.
///
/// A `%` that no two hexadecimal digits follow stands for itself.
pub(crate) fn push_recoded(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    while let Some((&first, mut tail)) = rest.split_first() {
        let mut byte = first;
        if let (b'%', [high, low, after @ ..]) = (first, tail)
            && let (Some(high), Some(low)) = (digit_value(*high), digit_value(*low))
        {
            byte = high << 4 | low;
            tail = after;
        }
        push_byte(out, byte);
        rest = tail;
    }
}

fn push_byte(out: &mut Vec<u8>, byte: u8) {
    if is_unreserved(byte) {
        out.push(byte);
    } else {
        out.extend_from_slice(&[b'%', upper_digit(byte >> 4), upper_digit(byte & 0xF)]);
    }
}

const fn is_unreserved(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~')
}

const fn upper_digit(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'A' - 10 + value }
}

const fn digit_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str) -> String {
        let mut out = Vec::new();
        push_encoded(&mut out, text.as_bytes());
        String::from_utf8(out).unwrap()
    }

    fn recoded(text: &str) -> String {
        let mut out = Vec::new();
        push_recoded(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn encoding_escapes_all_but_the_unreserved() {
        let unreserved = "ABCxyz019-._~";
        assert_eq!(encoded(unreserved), unreserved);
        assert_eq!(encoded("a b:/%41\u{1234}+=&"), "a%20b%3A%2F%2541%E1%88%B4%2B%3D%26");
        assert_eq!(encoded(""), "");
    }

    #[test]
    fn recoding_makes_one_spelling_of_many() {
        assert_eq!(recoded("%7e%7E~"), "~~~");
        assert_eq!(recoded("%3a:%c3%a9\u{e9}"), "%3A%3A%C3%A9%C3%A9");
        assert_eq!(recoded("+ /"), "%2B%20%2F");
        assert_eq!(recoded("%fF"), "%FF");
    }

    #[test]
    fn a_percent_sign_without_digits_stands_for_itself() {
        assert_eq!(recoded("%"), "%25");
        assert_eq!(recoded("%4"), "%254");
        assert_eq!(recoded("%zz%%41"), "%25zz%25A");
    }
}
