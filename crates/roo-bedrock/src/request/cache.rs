//! Where cache points stand, how many there are, and how long they live.

use std::iter;

use roo_core::{CachePoint, CacheStrategy, CacheTtl, Result, WarningKind};
use serde::{Deserialize, Serialize};

use super::report::Report;
use super::turns::{NOTHING_TO_CACHE, Piece, Turns, USER};
use crate::model::ModelFacts;
use crate::wire::{Block, CachePoint as WirePoint, Tool};

/// The most cache points that a request may have.
const MAX_CACHE_POINTS: usize = 4;

/// Where a request ends cacheable prefixes, found without sending it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CachePlan {
    /// The cache points, in the order in which the prefix runs: tools, system prompt, messages.
    pub points: Vec<PlannedCachePoint>,
    /// The fewest tokens that a prefix must have to be cached at all, where that is known.
    pub min_tokens: Option<u64>,
}

/// One place where a cacheable prefix ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlannedCachePoint {
    /// The place in Bedrock's request, as a JSON pointer.
    pub pointer: String,
    /// How long the prefix is kept; `None` is Bedrock's default of five minutes.
    pub ttl: Option<CacheTtl>,
}

/// Where a cache point stands, and what there is to change about it.
struct Place<'p> {
    point: &'p mut WirePoint,
    pointer: &'p str,
}

/// Puts the cache points of a request in order: B43 to B46.
pub(super) fn settle<'a>(
    tools: &mut Vec<(Tool<'_>, String)>,
    system: &mut Vec<Piece<'a>>,
    turns: &mut Turns<'a>,
    strategy: CacheStrategy,
    facts: &ModelFacts,
    report: &mut Report,
) -> Result<()> {
    if facts.supports.cache_points == Some(false) {
        return drop_all(tools, system, turns, report);
    }
    drop_misplaced(system, turns, report)?;
    if strategy == CacheStrategy::Auto && facts.supports.cache_points == Some(true) {
        place(tools, system, turns);
    }
    drop_surplus(tools, system, turns, report)?;
    order_lifetimes(tools, system, turns, facts, report)
}

/// B46: families without explicit cache points refuse them.
fn drop_all(
    tools: &mut Vec<(Tool<'_>, String)>,
    system: &mut Vec<Piece<'_>>,
    turns: &mut Turns<'_>,
    report: &mut Report,
) -> Result<()> {
    let why = "this model takes no cache points";
    let mut dropped = Vec::new();
    tools.retain(|(tool, pointer)| keep(!matches!(tool, Tool::CachePoint(_)), pointer, &mut dropped));
    system.retain(|piece| keep(!is_point(piece), &piece.pointer, &mut dropped));
    for turn in &mut turns.0 {
        turn.pieces.retain(|piece| keep(!is_point(piece), &piece.pointer, &mut dropped));
    }
    dropped.iter().try_for_each(|pointer| report.change(WarningKind::Dropped, pointer, why))
}

fn keep(keep: bool, pointer: &str, dropped: &mut Vec<String>) -> bool {
    if !keep {
        dropped.push(pointer.to_owned());
    }
    keep
}

fn is_point(piece: &Piece<'_>) -> bool {
    matches!(piece.block, Block::CachePoint(_))
}

/// B43, B44: Bedrock refuses a cache point that ends nothing new, and one right after reasoning.
fn drop_misplaced<'a>(system: &mut Vec<Piece<'a>>, turns: &mut Turns<'a>, report: &mut Report) -> Result<()> {
    let mut dropped = Vec::new();
    for pieces in iter::once(system).chain(turns.0.iter_mut().map(|turn| &mut turn.pieces)) {
        let mut refused = Some(NOTHING_TO_CACHE);
        pieces.retain(|piece| {
            let is_point = is_point(piece);
            let why = refused.filter(|_| is_point);
            refused = match piece.block {
                Block::ReasoningContent(_) => Some("a cache point cannot stand right after reasoning"),
                // What follows a dropped point follows what was before it.
                _ if why.is_some() => refused,
                _ => is_point.then_some(NOTHING_TO_CACHE),
            };
            dropped.extend(why.map(|why| (piece.pointer.clone(), why)));
            why.is_none()
        });
    }
    dropped.iter().try_for_each(|(pointer, why)| report.change(WarningKind::Dropped, pointer, *why))
}

/// Places cache points where a conversation profits from them: after the tools, after the system prompt, and after the
/// last two turns of the user, as far as none is there and the budget lasts.
fn place(tools: &mut Vec<(Tool<'_>, String)>, system: &mut Vec<Piece<'_>>, turns: &mut Turns<'_>) {
    let has_tool_point = tools.iter().any(|(tool, _)| matches!(tool, Tool::CachePoint(_)));
    let count = |pieces: &[Piece<'_>]| pieces.iter().filter(|piece| is_point(piece)).count();
    let in_turns: usize = turns.0.iter().map(|turn| count(&turn.pieces)).sum();
    let used = usize::from(has_tool_point) + count(system) + in_turns;
    let mut budget = MAX_CACHE_POINTS.saturating_sub(used);
    if budget > 0 && !tools.is_empty() && !has_tool_point {
        tools.push((Tool::CachePoint(WirePoint::new(CachePoint::new())), "/tools".to_owned()));
        budget -= 1;
    }
    if budget > 0 && !system.is_empty() && count(system) == 0 {
        system.push(point("/system"));
        budget -= 1;
    }
    for turn in turns.0.iter_mut().rev().filter(|turn| turn.role == USER).take(2) {
        if budget > 0 && count(&turn.pieces) == 0 {
            turn.pieces.push(point(&turn.pointer));
            budget -= 1;
        }
    }
}

fn point<'a>(pointer: &str) -> Piece<'a> {
    Piece { block: Block::CachePoint(WirePoint::new(CachePoint::new())), pointer: pointer.to_owned() }
}

/// B45: at most four. The first ones of the messages go, then those of the system prompt and of the tools: the prefix
/// behind them is cached by the later ones as well.
fn drop_surplus(
    tools: &mut Vec<(Tool<'_>, String)>,
    system: &mut Vec<Piece<'_>>,
    turns: &mut Turns<'_>,
    report: &mut Report,
) -> Result<()> {
    let mut surplus = places(tools, system, turns).count().saturating_sub(MAX_CACHE_POINTS);
    let mut dropped = Vec::new();
    let mut stays = |is_point: bool, pointer: &str| {
        let goes = surplus > 0 && is_point;
        surplus -= usize::from(goes);
        keep(!goes, pointer, &mut dropped)
    };
    for turn in &mut turns.0 {
        turn.pieces.retain(|piece| stays(is_point(piece), &piece.pointer));
    }
    system.retain(|piece| stays(is_point(piece), &piece.pointer));
    tools.retain(|(tool, pointer)| stays(matches!(tool, Tool::CachePoint(_)), pointer));
    let why = "a request has at most four cache points, and later ones cover this one";
    dropped.iter().try_for_each(|pointer| report.change(WarningKind::Dropped, pointer, why))
}

/// B45, B46: lifetimes do not grow along the prefix, and models that keep a prefix for five minutes only are not asked
/// for more.
fn order_lifetimes(
    tools: &mut [(Tool<'_>, String)],
    system: &mut [Piece<'_>],
    turns: &mut Turns<'_>,
    facts: &ModelFacts,
    report: &mut Report,
) -> Result<()> {
    let mut after_short = false;
    for Place { point, pointer } in places(tools, system, turns) {
        let is_long = point.ttl == Some(CacheTtl::OneHour);
        let why = match (is_long, facts.supports.cache_ttl_1h, after_short) {
            (true, Some(false), _) => "this model keeps a prefix for five minutes only",
            (true, _, true) => "a prefix cannot be kept longer than one that it begins with",
            _ => {
                after_short |= !is_long;
                continue;
            }
        };
        report.change(WarningKind::Changed, pointer, why)?;
        point.ttl = None;
        after_short = true;
    }
    Ok(())
}

/// All cache points in the order of the prefix.
fn places<'p>(
    tools: &'p mut [(Tool<'_>, String)],
    system: &'p mut [Piece<'_>],
    turns: &'p mut Turns<'_>,
) -> impl Iterator<Item = Place<'p>> {
    let in_tools = tools.iter_mut().filter_map(|(tool, pointer)| match tool {
        Tool::CachePoint(point) => Some(Place { point, pointer: pointer.as_str() }),
        _ => None,
    });
    let in_piece = |piece: &'p mut Piece<'_>| match &mut piece.block {
        Block::CachePoint(point) => Some(Place { point, pointer: piece.pointer.as_str() }),
        _ => None,
    };
    let in_system = system.iter_mut().filter_map(in_piece);
    let in_turns = turns.0.iter_mut().flat_map(|turn| turn.pieces.iter_mut()).filter_map(in_piece);
    in_tools.chain(in_system).chain(in_turns)
}

/// The cache points of a finished body.
pub(super) fn plan(body: &crate::wire::Converse<'_>, facts: &ModelFacts) -> CachePlan {
    let mut points = Vec::new();
    let mut add =
        |pointer: String, point: &WirePoint| points.push(PlannedCachePoint { pointer, ttl: point.ttl });
    for (place, tool) in body.tool_config.iter().flat_map(|config| &config.tools).enumerate() {
        if let Tool::CachePoint(point) = tool {
            add(format!("/toolConfig/tools/{place}"), point);
        }
    }
    for (place, block) in body.system.iter().enumerate() {
        if let Block::CachePoint(point) = block {
            add(format!("/system/{place}"), point);
        }
    }
    for (turn, message) in body.messages.iter().enumerate() {
        for (place, block) in message.content.iter().enumerate() {
            if let Block::CachePoint(point) = block {
                add(format!("/messages/{turn}/content/{place}"), point);
            }
        }
    }
    CachePlan { points, min_tokens: facts.prompt_cache_min_tokens }
}
