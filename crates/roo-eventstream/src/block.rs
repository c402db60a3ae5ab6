//! The header block of a frame: how its bytes are read, and what is checked before anything else sees them.

use std::str;

use crate::error::DecodeError;
use crate::limits::MAX_HEADER_COUNT;
use crate::prelude::PRELUDE_LENGTH;

/// The bytes that stand for the types of values.
pub(crate) mod code {
    pub(crate) const TRUE: u8 = 0;
    pub(crate) const FALSE: u8 = 1;
    pub(crate) const BYTE: u8 = 2;
    pub(crate) const SHORT: u8 = 3;
    pub(crate) const INTEGER: u8 = 4;
    pub(crate) const LONG: u8 = 5;
    pub(crate) const BYTE_ARRAY: u8 = 6;
    pub(crate) const STRING: u8 = 7;
    pub(crate) const TIMESTAMP: u8 = 8;
    pub(crate) const UUID: u8 = 9;
}

/// A header whose place is known and whose text is not looked at yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawHeader<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) code: u8,
    /// The bytes of the value, without the length that precedes those of strings and byte arrays.
    pub(crate) value: &'a [u8],
}

/// What keeps a header from being read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Flaw {
    Truncated { needed: usize },
    EmptyName,
    UnknownType { code: u8 },
}

impl<'a> RawHeader<'a> {
    /// Reads the header at the start of `block`, and returns it with what follows it.
    #[inline]
    pub(crate) fn split_from(block: &'a [u8]) -> Result<(Self, &'a [u8]), Flaw> {
        let (&name_length, rest) = block.split_first().ok_or(Flaw::Truncated { needed: 1 })?;
        if name_length == 0 {
            return Err(Flaw::EmptyName);
        }
        let name_length = usize::from(name_length);
        let needed = 1 + name_length + 1;
        let (name, rest) = rest.split_at_checked(name_length).ok_or(Flaw::Truncated { needed })?;
        let (&code, rest) = rest.split_first().ok_or(Flaw::Truncated { needed })?;
        let (width, rest) = match code {
            code::TRUE | code::FALSE => (0, rest),
            code::BYTE => (1, rest),
            code::SHORT => (2, rest),
            code::INTEGER => (4, rest),
            code::LONG | code::TIMESTAMP => (8, rest),
            code::BYTE_ARRAY | code::STRING => {
                let (&length, rest) =
                    rest.split_first_chunk().ok_or(Flaw::Truncated { needed: needed + 2 })?;
                (usize::from(u16::from_be_bytes(length)), rest)
            }
            code::UUID => (16, rest),
            code => return Err(Flaw::UnknownType { code }),
        };
        match rest.split_at_checked(width) {
            Some((value, rest)) => Ok((Self { name, code, value }, rest)),
            None => Err(Flaw::Truncated { needed: block.len() - rest.len() + width }),
        }
    }

    fn check_text(&self, offset: usize) -> Result<(), DecodeError> {
        if str::from_utf8(self.name).is_err() {
            return Err(DecodeError::HeaderNameNotUtf8 { offset });
        }
        if self.code == code::STRING && str::from_utf8(self.value).is_err() {
            return Err(DecodeError::HeaderValueNotUtf8 { offset });
        }
        Ok(())
    }
}

/// The headers of a block, up to its end or the first that cannot be read.
#[derive(Debug, Clone)]
pub(crate) struct RawHeaders<'a> {
    block: &'a [u8],
}

impl<'a> RawHeaders<'a> {
    pub(crate) fn new(block: &'a [u8]) -> Self {
        Self { block }
    }
}

impl<'a> Iterator for RawHeaders<'a> {
    type Item = RawHeader<'a>;

    #[inline]
    fn next(&mut self) -> Option<RawHeader<'a>> {
        let (header, rest) = RawHeader::split_from(self.block).ok()?;
        self.block = rest;
        Some(header)
    }
}

/// What precedes the type of an event in the headers that Bedrock sends with it, up to the first byte of its length.
const BEFORE_EVENT_TYPE: &[u8; 14] = b"\x0b:event-type\x07\x00";

/// What follows the type of an event there.
const AFTER_EVENT_TYPE: &[u8; 55] =
    b"\x0d:content-type\x07\x00\x10application/json\x0d:message-type\x07\x00\x05event";

/// The event type, if `block` is byte for byte what Bedrock sends with an event of that type.
///
/// This is the path of practically every frame: two comparisons with constants instead of three headers to parse.
/// Such a block is well-formed, provided that the type is UTF-8.
#[inline]
fn usual_event_type(block: &[u8]) -> Option<&[u8]> {
    let (before, rest) = block.split_first_chunk()?;
    let (rest, after) = rest.split_last_chunk()?;
    let (&length, event_type) = rest.split_first()?;
    let is_usual = before == BEFORE_EVENT_TYPE && after == AFTER_EVENT_TYPE;
    (is_usual && event_type.len() == usize::from(length)).then_some(event_type)
}

/// Checks all that can be wrong with a header block; gives the event type of a block that is
/// [usual](usual_event_type).
#[inline]
pub(crate) fn check(block: &[u8]) -> Result<Option<&str>, DecodeError> {
    match usual_event_type(block).map(str::from_utf8) {
        Some(Ok(event_type)) => Ok(Some(event_type)),
        _ => check_each(block).map(|()| None),
    }
}

fn check_each(block: &[u8]) -> Result<(), DecodeError> {
    // Practically always so, and then no text needs to be looked at on its own.
    let is_ascii = block.is_ascii();
    let mut names = NameFilter::default();
    let mut count = 0;
    let mut rest = block;
    while !rest.is_empty() {
        let offset = offset_in_frame(block, rest);
        let (header, following) = RawHeader::split_from(rest).map_err(|flaw| match flaw {
            Flaw::Truncated { needed } => {
                DecodeError::HeaderTruncated { offset, needed, available: rest.len() }
            }
            Flaw::EmptyName => DecodeError::HeaderNameEmpty { offset },
            Flaw::UnknownType { code } => DecodeError::UnknownHeaderType { offset, code },
        })?;
        if !is_ascii {
            header.check_text(offset)?;
        }
        count += 1;
        if count > MAX_HEADER_COUNT {
            return Err(DecodeError::TooManyHeaders);
        }
        names.insert(header.name);
        rest = following;
    }
    if names.may_have_duplicate() { check_duplicates(block) } else { Ok(()) }
}

#[cold]
fn check_duplicates(block: &[u8]) -> Result<(), DecodeError> {
    let mut headers = RawHeaders::new(block);
    let mut names = Vec::new();
    loop {
        let offset = offset_in_frame(block, headers.block);
        let Some(header) = headers.next() else { break };
        names.push((header.name, offset));
    }
    match first_duplicate(names) {
        Some(offset) => Err(DecodeError::DuplicateHeader { offset }),
        None => Ok(()),
    }
}

fn offset_in_frame(block: &[u8], rest: &[u8]) -> usize {
    PRELUDE_LENGTH + block.len() - rest.len()
}

/// Tells cheaply that all names seen are distinct, which is what they are in every honest frame.
#[derive(Debug, Default)]
pub(crate) struct NameFilter {
    seen: u64,
    has_collision: bool,
}

impl NameFilter {
    /// Takes one more name into account.
    #[inline]
    pub(crate) fn insert(&mut self, name: &[u8]) {
        // The names that AWS defines differ in length or here: they have their first and last letters in common.
        let middle = name.get(name.len() / 2).copied().unwrap_or_default();
        let bit = 1_u64.rotate_left(u32::from(middle) + (name.len() as u32));
        self.has_collision |= self.seen & bit != 0;
        self.seen |= bit;
    }

    /// Whether a name may have occurred twice: if not, none has.
    pub(crate) fn may_have_duplicate(&self) -> bool {
        self.has_collision
    }
}

/// The place of the first name that has occurred before. The places given must ascend.
///
/// Sorting keeps the cost bounded where comparing all pairs would invite an attack.
pub(crate) fn first_duplicate(mut names: Vec<(&[u8], usize)>) -> Option<usize> {
    names.sort_unstable();
    let pairs = names.iter().zip(names.iter().skip(1));
    pairs.filter(|((first, _), (second, _))| first == second).map(|(_, &(_, place))| place).min()
}
