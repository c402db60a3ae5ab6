//! Whether reasoning was asked for, and what the emulator shows of its own.

use serde_json::{Value, json};

use super::request::ConverseRequest;
use super::signature;
use crate::json::set;
use crate::model::Model;
use crate::random::Random;

/// What a request says about reasoning, in the words of whichever family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thinking {
    Off,
    /// Of Claude, with a budget of tokens.
    Budget,
    /// Of Claude, with an effort that it chooses.
    Adaptive {
        is_shown: bool,
    },
    /// Of another family.
    Other,
}

impl Thinking {
    /// Reads the fields that Bedrock hands through to the model.
    pub(crate) fn of(request: &ConverseRequest, model: Model<'_>) -> Self {
        let fields = &request.additional_model_request_fields;
        let text = |pointer: &str| fields.pointer(pointer).and_then(Value::as_str);
        let display = text("/thinking/display");
        match text("/thinking/type").or_else(|| text("/reasoning_config/type")) {
            Some("enabled") => return Self::Budget,
            Some("adaptive") => {
                let is_shown = display.map_or(!model.hides_reasoning(), |display| display != "omitted");
                return Self::Adaptive { is_shown };
            }
            _ => {}
        }
        let is_on = text("/reasoningConfig/type") == Some("enabled")
            || [text("/reasoning_effort"), text("/reasoning/effort")]
                .iter()
                .flatten()
                .any(|it| *it != "none");
        if is_on { Self::Other } else { Self::Off }
    }

    pub(crate) fn is_on(self) -> bool {
        self != Self::Off
    }

    /// The block that goes before an answer. Claude and Nova sign theirs, OpenAI's models do not.
    pub(super) fn block(self, prompt: &str, fields: &Value, random: &mut Random) -> Option<Value> {
        let text = match self {
            Self::Off => return None,
            Self::Adaptive { is_shown: false } => String::new(),
            _ if prompt.is_empty() => "I look at what I got, and say what it is.".to_owned(),
            _ => format!("I am asked: \"{prompt}\". I look for a tool that fits, else I quote what I got."),
        };
        let is_signed = fields.get("reasoning_effort").is_none() && fields.get("reasoning").is_none();
        let mut reasoning = json!({ "text": text });
        if is_signed {
            set(&mut reasoning, "signature", signature::sign(&text, random).into());
        }
        Some(json!({ "reasoningContent": { "reasoningText": reasoning } }))
    }
}
