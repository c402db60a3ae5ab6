//! One setting for how much a model thinks, in the words of each family (B19, B32, B51 to B54).

use roo_core::{Effort, ReasoningMode, Result, WarningKind};
use serde_json::{Map, Value, json};

use super::parameters::MAX_TOKENS;
use super::report::{Report, invalid};
use super::turns::{ASSISTANT, Turns};
use crate::model::{ModelFacts, ModelFamily, ReasoningStyle};
use crate::wire::Block;

const POINTER: &str = "/reasoning";

/// The fewest tokens that Claude thinks with.
const MIN_BUDGET: u32 = 1024;

/// How many tokens an answer may have beside thoughts if the caller does not say.
const DEFAULT_ANSWER_TOKENS: u32 = 4096;

/// What thinking means for the rest of the request.
#[derive(Debug, Default)]
pub(super) struct Thinking {
    /// Fields of the model's own.
    pub(super) fields: Map<String, Value>,
    /// The effort of `outputConfig`.
    pub(super) effort: Option<&'static str>,
    /// The token limit of thoughts and answer together, in place of that of the answer alone.
    pub(super) max_tokens: Option<u32>,
    /// Whether the model thinks in a way that rules out sampling parameters and forced tools.
    pub(super) is_on: bool,
}

impl Thinking {
    /// Lowers the setting for the model's family.
    pub(super) fn new(
        mode: Option<ReasoningMode>,
        max_tokens: Option<u32>,
        turns: &Turns<'_>,
        facts: &ModelFacts,
        report: &mut Report,
    ) -> Result<Self> {
        let Some(mode) = mode else { return Ok(Self::default()) };
        if mode == ReasoningMode::Off {
            return Self::off(facts, report);
        }
        let style = facts.reasoning_style();
        if is_claude(style) && last_calls_lack_thoughts(turns) {
            let why =
                "left out: the turn that called tools has no signed reasoning, and this model wants it there";
            report.change(WarningKind::Dropped, POINTER, why)?;
            return Ok(Self::default());
        }
        match (style, mode) {
            (ReasoningStyle::None, _) => {
                report.change(
                    WarningKind::Dropped,
                    POINTER,
                    "this model does not think, or only as it likes",
                )?;
                Ok(Self::default())
            }
            (
                ReasoningStyle::ClaudeBudget | ReasoningStyle::ClaudeAdaptiveOrBudget,
                ReasoningMode::Budget { tokens },
            ) => Self::claude_budget(tokens, max_tokens, report),
            (ReasoningStyle::ClaudeBudget, mode) => {
                Self::claude_budget(budget(effort(mode)), max_tokens, report)
            }
            (ReasoningStyle::ClaudeAdaptive | ReasoningStyle::ClaudeAdaptiveOrBudget, mode) => {
                let effort = match mode {
                    ReasoningMode::Adaptive => None,
                    mode => Some(clamped(told(mode, report)?, facts, report)?),
                };
                // Without a word on display the thoughts come blank.
                let thinking = json!({"type": "adaptive", "display": "summarized"});
                Ok(Self { fields: one("thinking", thinking), effort, is_on: true, ..Self::default() })
            }
            (style, mode) => {
                let effort = clamped(told(mode, report)?, facts, report)?;
                let fields = match style {
                    ReasoningStyle::Nova2 => one(
                        "reasoningConfig",
                        json!({"type": "enabled", "maxReasoningEffort": three_steps(effort)}),
                    ),
                    ReasoningStyle::Gpt => one("reasoning", json!({"effort": effort})),
                    ReasoningStyle::GptOss | ReasoningStyle::DeepSeekV3 => {
                        one("reasoning_effort", json!(three_steps(effort)))
                    }
                    _ => one("reasoning_effort", json!(effort)),
                };
                Ok(Self { fields, ..Self::default() })
            }
        }
    }

    fn off(facts: &ModelFacts, report: &mut Report) -> Result<Self> {
        let fields = match facts.reasoning_style() {
            _ if facts.supports.reasoning_always_on == Some(true) => None,
            ReasoningStyle::ClaudeAdaptive | ReasoningStyle::ClaudeAdaptiveOrBudget => {
                Some(one("thinking", json!({"type": "disabled"})))
            }
            ReasoningStyle::Nova2 => Some(one("reasoningConfig", json!({"type": "disabled"}))),
            ReasoningStyle::Gpt if facts.supports.effort_none != Some(false) => {
                Some(one("reasoning", json!({"effort": "none"})))
            }
            ReasoningStyle::GptOss | ReasoningStyle::Gpt => None,
            _ if facts.family == ModelFamily::DeepSeekR1 => None,
            // The others think only when told to.
            _ => Some(Map::new()),
        };
        match fields {
            Some(fields) => Ok(Self { fields, ..Self::default() }),
            None => {
                report.change(WarningKind::Dropped, POINTER, "this model always thinks")?;
                Ok(Self::default())
            }
        }
    }

    fn claude_budget(tokens: u32, max_tokens: Option<u32>, report: &mut Report) -> Result<Self> {
        if tokens < MIN_BUDGET {
            let why = format!("this model thinks with at least {MIN_BUDGET} tokens");
            report.change(WarningKind::Changed, POINTER, why)?;
        }
        let tokens = tokens.max(MIN_BUDGET);
        // `max_tokens` means the answer alone; Bedrock counts thoughts in.
        let max_tokens = max_tokens.unwrap_or(DEFAULT_ANSWER_TOKENS).saturating_add(tokens);
        if max_tokens > MAX_TOKENS {
            let why = format!("together with the answer is more than Bedrock can be told ({MAX_TOKENS})");
            return Err(invalid(POINTER, why));
        }
        let fields = one("thinking", json!({"type": "enabled", "budget_tokens": tokens}));
        Ok(Self { fields, max_tokens: Some(max_tokens), is_on: true, ..Self::default() })
    }
}

fn one(name: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), value)])
}

fn is_claude(style: ReasoningStyle) -> bool {
    matches!(
        style,
        ReasoningStyle::ClaudeBudget
            | ReasoningStyle::ClaudeAdaptive
            | ReasoningStyle::ClaudeAdaptiveOrBudget
    )
}

/// B19: Claude refuses to think on after tool calls that it made without thinking.
fn last_calls_lack_thoughts(turns: &Turns<'_>) -> bool {
    let ends_with_results = turns.0.last().is_some_and(|turn| {
        turn.role != ASSISTANT && turn.pieces.iter().any(|piece| matches!(piece.block, Block::ToolResult(_)))
    });
    let last = turns.0.iter().rev().find(|turn| turn.role == ASSISTANT);
    ends_with_results
        && last.is_some_and(|turn| {
            let has = |wanted: fn(&Block<'_>) -> bool| turn.pieces.iter().any(|piece| wanted(&piece.block));
            has(|block| matches!(block, Block::ToolUse(_)))
                && !has(|block| matches!(block, Block::ReasoningContent(_)))
        })
}

fn effort(mode: ReasoningMode) -> Effort {
    match mode {
        ReasoningMode::Effort { effort } => effort,
        ReasoningMode::Budget { tokens } => match tokens {
            0..=1024 => Effort::Low,
            1025..=2048 => Effort::Medium,
            2049..=4096 => Effort::High,
            4097..=8192 => Effort::ExtraHigh,
            _ => Effort::Max,
        },
        _ => Effort::Medium,
    }
}

/// B53: what an effort costs, in tokens.
fn budget(effort: Effort) -> u32 {
    match effort {
        Effort::Minimal | Effort::Low => 1024,
        Effort::High => 4096,
        Effort::ExtraHigh => 8192,
        Effort::Max => 16_384,
        _ => 2048,
    }
}

/// The effort that a model is told; a budget has to be put in other words.
fn told(mode: ReasoningMode, report: &mut Report) -> Result<Effort> {
    if let ReasoningMode::Budget { .. } = mode {
        report.change(WarningKind::Changed, POINTER, "this model takes no budget: told as an effort")?;
    }
    Ok(effort(mode))
}

fn word(effort: Effort) -> &'static str {
    match effort {
        Effort::Minimal => "minimal",
        Effort::Low => "low",
        Effort::High => "high",
        Effort::ExtraHigh => "xhigh",
        Effort::Max => "max",
        _ => "medium",
    }
}

/// The most that the model makes of it.
fn clamped(wanted: Effort, facts: &ModelFacts, report: &mut Report) -> Result<&'static str> {
    let effort = facts.effort(wanted);
    if effort < wanted {
        let why = format!("this model makes at most the effort {}", word(effort));
        report.change(WarningKind::Changed, POINTER, why)?;
    }
    Ok(word(effort))
}

/// Families that know three steps only.
fn three_steps(effort: &'static str) -> &'static str {
    match effort {
        "minimal" => "low",
        "xhigh" | "max" => "high",
        other => other,
    }
}
