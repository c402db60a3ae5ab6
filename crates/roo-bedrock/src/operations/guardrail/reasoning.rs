//! What [automated reasoning](https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-automated-reasoning-checks.html)
//! found.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::assessment::read_only;

/// What was found about one claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum AutomatedReasoningFinding {
    /// It follows from the rules.
    #[serde(rename_all = "camelCase")]
    Valid {
        /// The claim in logic.
        #[serde(skip_serializing_if = "Option::is_none")]
        translation: Option<AutomatedReasoningTranslation>,
        /// When it is true.
        #[serde(skip_serializing_if = "Option::is_none")]
        claims_true_scenario: Option<AutomatedReasoningScenario>,
        /// The rules it follows from.
        #[serde(default)]
        supporting_rules: Vec<AutomatedReasoningRule>,
        /// What is odd about its logic.
        #[serde(skip_serializing_if = "Option::is_none")]
        logic_warning: Option<AutomatedReasoningLogicWarning>,
    },
    /// It contradicts the rules.
    #[serde(rename_all = "camelCase")]
    Invalid {
        /// The claim in logic.
        #[serde(skip_serializing_if = "Option::is_none")]
        translation: Option<AutomatedReasoningTranslation>,
        /// The rules it contradicts.
        #[serde(default)]
        contradicting_rules: Vec<AutomatedReasoningRule>,
        /// What is odd about its logic.
        #[serde(skip_serializing_if = "Option::is_none")]
        logic_warning: Option<AutomatedReasoningLogicWarning>,
    },
    /// It may be true or false by the rules.
    #[serde(rename_all = "camelCase")]
    Satisfiable {
        /// The claim in logic.
        #[serde(skip_serializing_if = "Option::is_none")]
        translation: Option<AutomatedReasoningTranslation>,
        /// When it is true.
        #[serde(skip_serializing_if = "Option::is_none")]
        claims_true_scenario: Option<AutomatedReasoningScenario>,
        /// When it is false.
        #[serde(skip_serializing_if = "Option::is_none")]
        claims_false_scenario: Option<AutomatedReasoningScenario>,
        /// What is odd about its logic.
        #[serde(skip_serializing_if = "Option::is_none")]
        logic_warning: Option<AutomatedReasoningLogicWarning>,
    },
    /// Its premises contradict each other or the rules.
    #[serde(rename_all = "camelCase")]
    Impossible {
        /// The claim in logic.
        #[serde(skip_serializing_if = "Option::is_none")]
        translation: Option<AutomatedReasoningTranslation>,
        /// The rules it contradicts.
        #[serde(default)]
        contradicting_rules: Vec<AutomatedReasoningRule>,
        /// What is odd about its logic.
        #[serde(skip_serializing_if = "Option::is_none")]
        logic_warning: Option<AutomatedReasoningLogicWarning>,
    },
    /// It can be understood in different ways.
    #[serde(rename_all = "camelCase")]
    TranslationAmbiguous {
        /// The ways.
        #[serde(default)]
        options: Vec<AutomatedReasoningTranslationOption>,
        /// What tells them apart.
        #[serde(default)]
        difference_scenarios: Vec<AutomatedReasoningScenario>,
    },
    /// It is too complex.
    TooComplex {},
    /// Nothing in it is about the rules.
    NoTranslations {},
    /// A finding that this version does not know, as it came.
    #[serde(untagged)]
    Unknown(Value),
}

read_only! {
    /// What automated reasoning found.
    AutomatedReasoningAssessment {
        /// Claim by claim.
        findings: Vec<AutomatedReasoningFinding>,
    }

    /// A text in logic.
    AutomatedReasoningTranslation {
        /// What is presupposed.
        premises: Vec<AutomatedReasoningStatement>,
        /// What is claimed.
        claims: Vec<AutomatedReasoningStatement>,
        /// What is presupposed and could not be translated.
        untranslated_premises: Vec<AutomatedReasoningText>,
        /// What is claimed and could not be translated.
        untranslated_claims: Vec<AutomatedReasoningText>,
        /// How sure the translation is, 0 to 1.
        #[serde(skip_serializing_if = "Option::is_none")]
        confidence: Option<f64>,
    }

    /// A statement.
    AutomatedReasoningStatement {
        /// In logic.
        #[serde(skip_serializing_if = "Option::is_none")]
        logic: Option<String>,
        /// In words.
        #[serde(skip_serializing_if = "Option::is_none")]
        natural_language: Option<String>,
    }

    /// A piece of the text.
    AutomatedReasoningText {
        /// The piece.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    }

    /// A state of the world.
    AutomatedReasoningScenario {
        /// What is true in it.
        statements: Vec<AutomatedReasoningStatement>,
    }

    /// A rule of a policy.
    AutomatedReasoningRule {
        /// Its id.
        #[serde(skip_serializing_if = "Option::is_none")]
        identifier: Option<String>,
        /// The policy.
        #[serde(skip_serializing_if = "Option::is_none")]
        policy_version_arn: Option<String>,
    }

    /// What is odd about a claim's logic, apart from the rules.
    AutomatedReasoningLogicWarning {
        /// `ALWAYS_FALSE` or `ALWAYS_TRUE`.
        #[serde(skip_serializing_if = "Option::is_none")]
        r#type: Option<String>,
        /// What is presupposed.
        premises: Vec<AutomatedReasoningStatement>,
        /// What is claimed.
        claims: Vec<AutomatedReasoningStatement>,
    }

    /// One of the ways in which a text can be understood.
    AutomatedReasoningTranslationOption {
        /// What it is then in logic.
        translations: Vec<AutomatedReasoningTranslation>,
    }
}
