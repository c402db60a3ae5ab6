//! The rules of a conversation: who speaks when, and which result answers which call.
//!
//! Each rule is one pass over the turns, in the order of [`Turns::settle`]. What Bedrock would refuse is repaired with a
//! warning where the meaning is clear, and is an error where it is not.

use std::borrow::Cow;
use std::collections::HashSet;

use roo_core::{Result, WarningKind};

use super::names::tool_use_id;
use super::report::{Report, invalid};
use crate::wire::{self, Block, ToolResult, ToolResultContent};

pub(super) const USER: &str = "user";
pub(super) const ASSISTANT: &str = "assistant";
pub(super) const SYSTEM: &str = "system";

/// Why a cache point goes.
pub(super) const NOTHING_TO_CACHE: &str = "a cache point with nothing before it";

/// What a turn says that only has to be there.
const PLEASE_CONTINUE: &str = "Please continue.";

/// A block on its way, and where in the caller's request it came from.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    pub(super) block: Block<'a>,
    pub(super) pointer: String,
}

#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) role: &'static str,
    pub(super) pieces: Vec<Piece<'a>>,
    pub(super) pointer: String,
}

/// The conversation, turn by turn.
#[derive(Debug)]
pub(super) struct Turns<'a>(pub(super) Vec<Turn<'a>>);

/// What a model wants of the ends of a conversation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    /// Whether the last turn may be the model's own; `None` if that is not known.
    pub(super) prefill: Option<bool>,
    /// Whether missing turns of the user are filled in.
    pub(super) fill_in: bool,
}

impl<'a> Turns<'a> {
    /// Applies all rules.
    pub(super) fn settle(mut self, ends: Ends, is_mistral: bool, report: &mut Report) -> Result<Self> {
        self.merge(report)?;
        self.put_results_before_instructions(report)?;
        self.merge(report)?;
        self.make_ids_unique(is_mistral, report)?;
        self.pair_calls_with_results(report)?;
        self.drop_lone_cache_points(report)?;
        self.merge(report)?;
        self.put_results_first(report)?;
        self.check_start(ends, report)?;
        self.check_end(ends, report)?;
        self.trim_end(report)?;
        self.give_documents_a_text(report)?;
        Ok(self)
    }

    /// B5, B6: the roles alternate, after what is empty is gone.
    fn merge(&mut self, report: &mut Report) -> Result<()> {
        let mut merged: Vec<Turn<'a>> = Vec::with_capacity(self.0.len());
        for mut turn in std::mem::take(&mut self.0) {
            if turn.pieces.is_empty() {
                continue;
            }
            match merged.last_mut() {
                Some(last) if last.role == turn.role => {
                    let why = "joined with the message of the same role before it";
                    report.change(WarningKind::Merged, &turn.pointer, why)?;
                    last.pieces.append(&mut turn.pieces);
                }
                _ => merged.push(turn),
            }
        }
        self.0 = merged;
        Ok(())
    }

    /// A turn of cache points alone says nothing, and they would end no prefix of their own.
    fn drop_lone_cache_points(&mut self, report: &mut Report) -> Result<()> {
        for turn in self.0.iter_mut().filter(|turn| turn.pieces.iter().all(is_cache_point)) {
            for piece in turn.pieces.drain(..) {
                report.change(WarningKind::Dropped, &piece.pointer, NOTHING_TO_CACHE)?;
            }
        }
        Ok(())
    }

    /// B3: nothing may stand between calls and their results, not even an instruction.
    fn put_results_before_instructions(&mut self, report: &mut Report) -> Result<()> {
        for place in 1..self.0.len() {
            let Some([calls, system, results]) = self.0.get_mut(place - 1..=place + 1) else { continue };
            let has = |turn: &Turn<'_>, wanted: fn(&Block<'_>) -> bool| {
                turn.pieces.iter().any(|piece| wanted(&piece.block))
            };
            if system.role == SYSTEM
                && has(calls, |block| matches!(block, Block::ToolUse(_)))
                && has(results, |block| matches!(block, Block::ToolResult(_)))
            {
                let why = "an instruction between calls and their results";
                report.change(WarningKind::Moved, &system.pointer, why)?;
                std::mem::swap(system, results);
            }
        }
        Ok(())
    }

    /// B26: an id stands for one call. In one turn the first call with an id counts; a later turn that uses an id anew
    /// means another call, which gets another id together with its result.
    fn make_ids_unique(&mut self, is_mistral: bool, report: &mut Report) -> Result<()> {
        let mut taken: HashSet<String> =
            self.0.iter().flat_map(|turn| &turn.pieces).filter_map(id_of).collect();
        let mut seen: HashSet<String> = HashSet::new();
        for place in 0..self.0.len() {
            let (before, after) = self.0.split_at_mut(place + 1);
            let Some(turn) = before.last_mut() else { continue };
            let mut in_turn: HashSet<String> = HashSet::new();
            let mut pieces = Vec::with_capacity(turn.pieces.len());
            for mut piece in std::mem::take(&mut turn.pieces) {
                if let Block::ToolUse(call) = &mut piece.block {
                    if !in_turn.insert(call.tool_use_id.to_string()) {
                        report.change(
                            WarningKind::Dropped,
                            &piece.pointer,
                            "a second call with the same id",
                        )?;
                        continue;
                    }
                    if seen.contains(&*call.tool_use_id) {
                        let fresh = fresh_id(&call.tool_use_id, &taken, is_mistral);
                        taken.insert(fresh.clone());
                        report.change(
                            WarningKind::Renamed,
                            &piece.pointer,
                            "an id that an earlier call has already",
                        )?;
                        if let Some(answer) = after.first_mut() {
                            rename_results(answer, &call.tool_use_id, &fresh);
                        }
                        call.tool_use_id = Cow::Owned(fresh);
                    }
                    seen.insert(call.tool_use_id.to_string());
                }
                pieces.push(piece);
            }
            turn.pieces = pieces;
        }
        Ok(())
    }

    /// B26, B27: every call has one result in the next turn, and every result a call in the turn before.
    fn pair_calls_with_results(&mut self, report: &mut Report) -> Result<()> {
        let mut open: Vec<(String, String)> = Vec::new();
        let mut paired: Vec<Turn<'a>> = Vec::with_capacity(self.0.len() + 1);
        for mut turn in std::mem::take(&mut self.0) {
            if turn.role != USER && !open.is_empty() {
                let pointer = turn.pointer.clone();
                paired.push(Turn { role: USER, pieces: missing_results(&mut open, report)?, pointer });
            }
            if turn.role == USER {
                let mut pieces = Vec::with_capacity(turn.pieces.len());
                for piece in std::mem::take(&mut turn.pieces) {
                    if let Block::ToolResult(result) = &piece.block {
                        let Some(place) = open.iter().position(|(id, _)| *id == result.tool_use_id) else {
                            let why = "a result without a call in the turn before it";
                            report.change(WarningKind::Dropped, &piece.pointer, why)?;
                            continue;
                        };
                        open.remove(place);
                    }
                    pieces.push(piece);
                }
                pieces.extend(missing_results(&mut open, report)?);
                turn.pieces = pieces;
            }
            for piece in &turn.pieces {
                if let Block::ToolUse(wire::ToolUse { tool_use_id, kind: None, .. }) = &piece.block {
                    open.push((tool_use_id.to_string(), piece.pointer.clone()));
                }
            }
            paired.push(turn);
        }
        if let Some((_, pointer)) = open.first() {
            let pointer = pointer.clone();
            paired.push(Turn { role: USER, pieces: missing_results(&mut open, report)?, pointer });
        }
        self.0 = paired;
        Ok(())
    }

    /// B10: results lead their turn, each with the cache point behind it.
    fn put_results_first(&mut self, report: &mut Report) -> Result<()> {
        for turn in self.0.iter_mut().filter(|turn| turn.role == USER) {
            let is_result = |piece: &Piece<'_>| matches!(piece.block, Block::ToolResult(_));
            let first_other =
                turn.pieces.iter().position(|piece| !is_result(piece) && !is_cache_point(piece));
            let last_result = turn.pieces.iter().rposition(is_result);
            let (Some(other), Some(result)) = (first_other, last_result) else { continue };
            if other > result {
                continue;
            }
            if let Some(piece) = turn.pieces.get(result) {
                report.change(WarningKind::Moved, &piece.pointer, "results of tools lead their turn")?;
            }
            let mut results = Vec::new();
            let mut others = Vec::new();
            let mut in_results = false;
            for piece in std::mem::take(&mut turn.pieces) {
                in_results = is_result(&piece) || (in_results && is_cache_point(&piece));
                if in_results { results.push(piece) } else { others.push(piece) }
            }
            results.append(&mut others);
            turn.pieces = results;
        }
        Ok(())
    }

    /// B7, B8: a conversation begins with the user.
    fn check_start(&mut self, ends: Ends, report: &mut Report) -> Result<()> {
        match self.0.first() {
            None => Err(invalid("/messages", "there is no message")),
            Some(turn) if turn.role != ASSISTANT => Ok(()),
            Some(turn) if ends.fill_in => {
                let pointer = turn.pointer.clone();
                report.change(WarningKind::Added, &pointer, "a turn of the user before that of the model")?;
                self.0.insert(0, please_continue(pointer));
                Ok(())
            }
            Some(turn) => Err(invalid(&turn.pointer, "a conversation begins with a message of the user")),
        }
    }

    /// B9: models that take no prefill want the last word to be the user's.
    fn check_end(&mut self, ends: Ends, report: &mut Report) -> Result<()> {
        let Some(turn) = self.0.last().filter(|turn| turn.role == ASSISTANT && ends.prefill == Some(false))
        else {
            return Ok(());
        };
        let pointer = turn.pointer.clone();
        if !ends.fill_in {
            return Err(invalid(&pointer, "this model does not continue a message of its own").with_hint(
                "End with a message of the user, or set BedrockOptions::with_fill_in_user_turns.",
            ));
        }
        report.change(WarningKind::Added, &pointer, "a turn of the user after that of the model")?;
        self.0.push(please_continue(pointer));
        Ok(())
    }

    /// B13: a prefill must not end in white space. Earlier turns keep theirs: they may be cached.
    fn trim_end(&mut self, report: &mut Report) -> Result<()> {
        let Some(turn) = self.0.last_mut().filter(|turn| turn.role == ASSISTANT) else { return Ok(()) };
        let Some(piece) = turn.pieces.iter_mut().rev().find(|piece| !is_cache_point(piece)) else {
            return Ok(());
        };
        if let Block::Text(text) = &mut piece.block
            && text.trim_end().len() < text.len()
        {
            report.change(
                WarningKind::Changed,
                &piece.pointer,
                "white space at the end of the conversation",
            )?;
            *text = Cow::Owned(text.trim_end().to_owned());
        }
        Ok(())
    }

    /// B40: Bedrock wants a text beside documents.
    fn give_documents_a_text(&mut self, report: &mut Report) -> Result<()> {
        for turn in self.0.iter_mut().filter(|turn| turn.role == USER) {
            let document = turn.pieces.iter().rposition(|piece| matches!(piece.block, Block::Document(_)));
            let has_text = turn.pieces.iter().any(|piece| matches!(piece.block, Block::Text(_)));
            if let (Some(place), false) = (document, has_text) {
                let pointer = turn.pieces.get(place).map(|piece| piece.pointer.clone()).unwrap_or_default();
                report.change(
                    WarningKind::Added,
                    &pointer,
                    "a text of one dot beside documents without any",
                )?;
                turn.pieces.insert(place + 1, Piece { block: Block::Text(".".into()), pointer });
            }
        }
        Ok(())
    }
}

pub(super) fn is_cache_point(piece: &Piece<'_>) -> bool {
    matches!(piece.block, Block::CachePoint(_))
}

fn please_continue<'a>(pointer: String) -> Turn<'a> {
    let block = Block::Text(PLEASE_CONTINUE.into());
    Turn { role: USER, pieces: vec![Piece { block, pointer: pointer.clone() }], pointer }
}

/// The id of a call or of a result.
fn id_of(piece: &Piece<'_>) -> Option<String> {
    match &piece.block {
        Block::ToolUse(call) => Some(call.tool_use_id.to_string()),
        Block::ToolResult(result) => Some(result.tool_use_id.to_string()),
        _ => None,
    }
}

/// An id that nobody has yet.
fn fresh_id(id: &str, taken: &HashSet<String>, is_mistral: bool) -> String {
    let kept: String = id.chars().take(58).collect();
    let candidates = (2..).map(|count| format!("{kept}-{count}"));
    let mut candidates = candidates.map(|candidate| tool_use_id(&candidate, is_mistral).into_owned());
    candidates.find(|candidate| !taken.contains(candidate)).unwrap_or(kept)
}

fn rename_results(turn: &mut Turn<'_>, id: &str, fresh: &str) {
    for piece in &mut turn.pieces {
        if let Block::ToolResult(result) = &mut piece.block
            && result.tool_use_id == id
        {
            result.tool_use_id = Cow::Owned(fresh.to_owned());
        }
    }
}

fn missing_results<'a>(open: &mut Vec<(String, String)>, report: &mut Report) -> Result<Vec<Piece<'a>>> {
    let mut pieces = Vec::with_capacity(open.len());
    for (id, pointer) in open.drain(..) {
        report.change(WarningKind::Added, &pointer, "a result that says that there is none for this call")?;
        let result = ToolResult {
            tool_use_id: Cow::Owned(id),
            content: vec![ToolResultContent::Text("The tool was not run.".into())],
            status: Some("error"),
        };
        pieces.push(Piece { block: Block::ToolResult(result), pointer });
    }
    Ok(pieces)
}
