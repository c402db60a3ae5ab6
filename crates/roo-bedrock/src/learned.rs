//! What models refused, so that it is not sent to them again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use roo_core::{Error, ErrorKind};

use crate::model::ModelFacts;

/// A part of a request that some models refuse and whose loss leaves the request meaningful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Feature {
    Strict,
    StructuredOutput,
    BetaFlags,
    Sampling,
    TemperatureWithTopP,
    StopSequences,
    CachePoints,
}

impl Feature {
    /// The feature that a refusal names, if it names one.
    fn refused_by(error: &Error) -> Option<Self> {
        let text = error.message().to_ascii_lowercase();
        // Cache points on a model without them come back as if the model itself were forbidden.
        if error.kind() == ErrorKind::AccessDenied && text.contains("prompt caching") {
            return Some(Self::CachePoints);
        }
        if error.kind() != ErrorKind::InvalidRequest || error.status() != Some(400) {
            return None;
        }
        let says = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
        let refuses = says(&[
            "not permitted",
            "not supported",
            "unsupported",
            "not allowed",
            "invalid",
            "does not support",
            "doesn't support",
            "doesn’t support",
        ]);
        // `restricted` is another word.
        let names_strict =
            || text.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| word == "strict");
        let both = text.contains("temperature") && says(&["top_p", "topp"]) && says(&["both", "cannot"]);
        match () {
            () if says(&["invalid beta flag"]) => Some(Self::BetaFlags),
            () if both => Some(Self::TemperatureWithTopP),
            // The effort stands beside the form of the answer, and nothing else says it.
            () if !refuses || says(&["effort"]) => None,
            () if says(&["output_config", "outputconfig", "output_format", "textformat", "json_schema"]) => {
                Some(Self::StructuredOutput)
            }
            () if names_strict() => Some(Self::Strict),
            () if says(&["cachepoint", "cache point", "cache_control", "prompt caching"]) => {
                Some(Self::CachePoints)
            }
            () if says(&["stopsequences", "stop_sequences", "stop sequences"]) => Some(Self::StopSequences),
            () if says(&["temperature", "top_p", "topp", "top_k", "topk"]) => Some(Self::Sampling),
            () => None,
        }
    }

    fn apply(self, facts: &mut ModelFacts) {
        let supports = &mut facts.supports;
        match self {
            Self::Strict => supports.strict_tools = Some(false),
            Self::StructuredOutput => supports.native_structured_output = Some(false),
            Self::Sampling => supports.sampling_params = Some(false),
            Self::TemperatureWithTopP => supports.temperature_and_top_p_together = Some(false),
            Self::StopSequences => supports.stop_sequences = Some(false),
            Self::CachePoints => supports.cache_points = Some(false),
            // No fact of the table: the request leaves them out itself.
            Self::BetaFlags => {}
        }
    }
}

/// The features that models refused of one client, by model id.
#[derive(Debug, Default)]
pub(crate) struct Learned(Mutex<HashMap<String, Vec<Feature>>>);

impl Learned {
    /// Takes in a refusal. Gives the feature that it names, if that was not known to be refused, so that sending the
    /// request anew without it makes sense.
    pub(crate) fn learn(&self, model: &str, error: &Error) -> Option<Feature> {
        let feature = Feature::refused_by(error)?;
        let mut learned = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let features = learned.entry(model.to_owned()).or_default();
        if features.contains(&feature) {
            return None;
        }
        features.push(feature);
        Some(feature)
    }

    /// Takes back what was learned: the refused request did not have the feature, so the refusal was about another thing.
    pub(crate) fn forget(&self, model: &str, feature: Feature) {
        let mut learned = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(features) = learned.get_mut(model) {
            features.retain(|known| *known != feature);
        }
    }

    /// Adds what was learned to what is known.
    pub(crate) fn apply(&self, model: &str, facts: &mut ModelFacts) {
        self.of(model).into_iter().for_each(|feature| feature.apply(facts));
    }

    pub(crate) fn refuses_betas(&self, model: &str) -> bool {
        self.of(model).contains(&Feature::BetaFlags)
    }

    fn of(&self, model: &str) -> Vec<Feature> {
        let learned = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        learned.get(model).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(message: &'static str) -> Error {
        Error::new(ErrorKind::InvalidRequest, message).with_status(400)
    }

    #[test]
    fn refusals_name_their_feature() {
        for (message, feature) in [
            ("tools.0.custom.strict: Extra inputs are not permitted", Some(Feature::Strict)),
            ("output_config.format: Extra inputs are not permitted", Some(Feature::StructuredOutput)),
            ("invalid beta flag", Some(Feature::BetaFlags)),
            ("`temperature` is not supported for this model", Some(Feature::Sampling)),
            (
                "`temperature` and `top_p` cannot both be specified for this model.",
                Some(Feature::TemperatureWithTopP),
            ),
            (
                "This model doesn't support the stopSequences field. Remove stopSequences and try again.",
                Some(Feature::StopSequences),
            ),
            (
                "This model doesn't support the temperature field. Remove temperature and try again.",
                Some(Feature::Sampling),
            ),
            ("The document is invalid: restricted permissions", None),
            ("output_config.effort: Extra inputs are not permitted", None),
            (
                "You invoked an unsupported model or your request did not allow prompt caching.",
                Some(Feature::CachePoints),
            ),
            ("messages.0: something else is wrong", None),
            ("The tool name is not permitted", None),
        ] {
            assert_eq!(Feature::refused_by(&refusal(message)), feature, "{message}");
        }
        let message = "You invoked an unsupported model or your request did not allow prompt caching.";
        let denied = Error::new(ErrorKind::AccessDenied, message).with_status(403);
        assert_eq!(Feature::refused_by(&denied), Some(Feature::CachePoints));
        let throttle = Error::new(ErrorKind::Throttled, "temperature is not supported").with_status(429);
        assert_eq!(Feature::refused_by(&throttle), None);
    }

    #[test]
    fn a_feature_is_learned_once_and_for_its_model() {
        let learned = Learned::default();
        let error = refusal("tools.0.custom.strict: Extra inputs are not permitted");
        assert_eq!(learned.learn("a", &error), Some(Feature::Strict));
        assert_eq!(learned.learn("a", &error), None);
        let mut facts = ModelFacts::new("a");
        learned.apply("a", &mut facts);
        assert_eq!(facts.supports.strict_tools, Some(false));
        let mut other = ModelFacts::new("b");
        learned.apply("b", &mut other);
        assert_eq!(other.supports.strict_tools, None);
        learned.forget("a", Feature::Strict);
        assert_eq!(learned.learn("a", &error), Some(Feature::Strict));
    }
}
