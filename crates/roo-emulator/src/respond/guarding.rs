//! A guardrail around the model: it looks at what goes in and at what comes out.

use serde_json::{Map, Value, json};

use super::request::{ConverseRequest, Role};
use super::{Answer, Usage};
use crate::guardrail::{self, Applied, Assessment};
use crate::json::set;
use crate::operation::Call;

const INTERVENED: &str = "guardrail_intervened";

pub(super) struct Guard {
    applied: Applied,
    trace: Trace,
    input: Option<Assessment>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Trace {
    Disabled,
    Enabled,
    Full,
}

impl Guard {
    /// The guardrail of a request that names one.
    pub(super) fn of(request: &ConverseRequest, call: &Call<'_>) -> Option<Self> {
        let config = request.guardrail_config.as_ref()?;
        if config.guardrail_identifier.is_empty() {
            return None;
        }
        let region = &call.service.settings.identities.region;
        let applied = Applied::new(&config.guardrail_identifier, &config.guardrail_version, region);
        let trace = match config.trace.as_deref() {
            Some("enabled") => Trace::Enabled,
            Some("enabled_full") => Trace::Full,
            _ => Trace::Disabled,
        };
        Some(Self { applied, trace, input: None })
    }

    /// Masks what the user has written; or refuses it, with an answer that no model has seen.
    ///
    /// If there is guarded content, only that is looked at.
    pub(super) fn check_input(&mut self, request: &mut ConverseRequest) -> Option<Answer> {
        let turns = request.messages.iter_mut().filter(|message| message.role == Role::User);
        let mut blocks: Vec<_> = turns.flat_map(|message| &mut message.content).collect();
        if blocks.iter().any(|block| block.guard_content.is_some()) {
            blocks.retain(|block| block.guard_content.is_some());
        }
        let assessment = guardrail::assess(blocks.iter().filter_map(|block| block.said()));
        for text in blocks.into_iter().filter_map(|block| block.said_mut()) {
            if let Some(masked) = guardrail::masked(text) {
                *text = masked;
            }
        }
        let is_blocked = assessment.is_blocked;
        self.input = Some(assessment);
        is_blocked.then(|| Answer {
            blocks: vec![json!({ "text": guardrail::BLOCKED_INPUT })],
            stop_reason: INTERVENED.to_owned(),
            stop_sequence: None,
            usage: Usage::default(),
            guardrail_trace: self.trace(None, &[]),
        })
    }

    /// Masks or replaces the texts of an answer, and adds the trace.
    pub(super) fn check_output(&mut self, answer: &mut Answer) {
        let texts: Vec<String> = answer
            .blocks
            .iter_mut()
            .flat_map(texts_of)
            .filter_map(|text| text.as_str())
            .map(str::to_owned)
            .collect();
        let assessment = guardrail::assess(texts.iter().map(String::as_str));
        if assessment.is_blocked {
            answer.blocks = vec![json!({ "text": guardrail::BLOCKED_OUTPUT })];
        } else {
            for text in answer.blocks.iter_mut().flat_map(texts_of) {
                if let Some(masked) = text.as_str().and_then(guardrail::masked) {
                    *text = masked.into();
                }
            }
        }
        if assessment.intervenes() || self.input.as_ref().is_some_and(Assessment::intervenes) {
            answer.stop_reason = INTERVENED.to_owned();
        }
        answer.guardrail_trace = self.trace(Some(&assessment), &texts);
    }

    fn trace(&self, output: Option<&Assessment>, texts: &[String]) -> Option<Value> {
        if self.trace == Trace::Disabled {
            return None;
        }
        let to_json = |assessment: &Assessment| assessment.to_json(&self.applied, self.trace == Trace::Full);
        let by_id = |value: Value| Value::Object(Map::from_iter([(self.applied.id.clone(), value)]));
        let mut trace = json!({});
        if let Some(input) = &self.input {
            set(&mut trace, "inputAssessment", by_id(to_json(input)));
        }
        if let Some(output) = output {
            set(&mut trace, "modelOutput", texts.into());
            set(&mut trace, "outputAssessments", by_id(json!([to_json(output)])));
        }
        let found = [self.input.as_ref(), output].into_iter().flatten().find(|it| it.intervenes());
        set(&mut trace, "actionReason", found.map_or("No action.", Assessment::reason).into());
        Some(trace)
    }
}

/// What a block says to the user: its text, and the texts that its citations belong to.
fn texts_of(block: &mut Value) -> Vec<&mut Value> {
    let Some(members) = block.as_object_mut() else { return Vec::new() };
    let mut texts = Vec::new();
    for (kind, content) in members {
        match kind.as_str() {
            "text" => texts.push(content),
            "citationsContent" => {
                let parts = content.get_mut("content").and_then(Value::as_array_mut).into_iter().flatten();
                texts.extend(parts.filter_map(|part| part.get_mut("text")));
            }
            _ => {}
        }
    }
    texts
}
