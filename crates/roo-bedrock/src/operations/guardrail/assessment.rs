//! What a guardrail found, as
//! [GuardrailAssessment](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_GuardrailAssessment.html)
//! has it. Words that this version does not know are kept, and a missing member does not fail the answer.

use serde::{Deserialize, Serialize};

use super::super::open_text::open_text;
use super::reasoning::AutomatedReasoningAssessment;

open_text! {
    /// What a guardrail did.
    #[derive(Default)]
    GuardrailAction {
        /// Nothing.
        #[default]
        None = "NONE",
        /// It blocked what was found.
        Blocked = "BLOCKED",
        /// It masked what was found.
        Anonymized = "ANONYMIZED",
        /// It changed or blocked the content as a whole.
        Intervened = "GUARDRAIL_INTERVENED",
    }
}

/// Declares structures that come in answers: each member may be missing.
macro_rules! read_only {
    ($(
        $(#[$attribute:meta])*
        $name:ident { $($(#[$doc:meta])* $member:ident: $type:ty,)* }
    )+) => {$(
        $(#[$attribute])*
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        #[non_exhaustive]
        pub struct $name { $($(#[$doc])* pub $member: $type,)* }
    )+};
}

pub(super) use read_only;

read_only! {
    /// What one guardrail found in one content, policy by policy; `None` is a policy that said nothing.
    GuardrailAssessment {
        /// Topics that are denied.
        #[serde(skip_serializing_if = "Option::is_none")]
        topic_policy: Option<TopicAssessment>,
        /// Harmful content.
        #[serde(skip_serializing_if = "Option::is_none")]
        content_policy: Option<ContentAssessment>,
        /// Words that are denied.
        #[serde(skip_serializing_if = "Option::is_none")]
        word_policy: Option<WordAssessment>,
        /// Personal data and whatever regular expressions found.
        #[serde(skip_serializing_if = "Option::is_none")]
        sensitive_information_policy: Option<SensitiveInformationAssessment>,
        /// Whether an answer keeps to its source and to the question.
        #[serde(skip_serializing_if = "Option::is_none")]
        contextual_grounding_policy: Option<ContextualGroundingAssessment>,
        /// Whether an answer follows from the rules.
        #[serde(skip_serializing_if = "Option::is_none")]
        automated_reasoning_policy: Option<AutomatedReasoningAssessment>,
        /// What it took.
        #[serde(skip_serializing_if = "Option::is_none")]
        invocation_metrics: Option<GuardrailInvocationMetrics>,
        /// Which guardrail it was.
        #[serde(skip_serializing_if = "Option::is_none")]
        applied_guardrail_details: Option<AppliedGuardrail>,
    }

    /// Topics that are denied.
    TopicAssessment {
        /// Those that were looked for.
        topics: Vec<TopicMatch>,
    }

    /// A topic.
    TopicMatch {
        /// Its name.
        name: String,
        /// `DENY`.
        r#type: String,
        /// What was done.
        action: GuardrailAction,
        /// Whether it was found; `None` if that was not told.
        #[serde(skip_serializing_if = "Option::is_none")]
        detected: Option<bool>,
    }

    /// Harmful content.
    ContentAssessment {
        /// By category.
        filters: Vec<ContentFilterMatch>,
    }

    /// A category of harmful content.
    ContentFilterMatch {
        /// `INSULTS`, `HATE`, `SEXUAL`, `VIOLENCE`, `MISCONDUCT` or `PROMPT_ATTACK`.
        r#type: String,
        /// How sure it is: `NONE`, `LOW`, `MEDIUM` or `HIGH`.
        confidence: String,
        /// How strict the filter is, in the same words.
        #[serde(skip_serializing_if = "Option::is_none")]
        filter_strength: Option<String>,
        /// What was done.
        action: GuardrailAction,
        /// Whether it was found; `None` if that was not told.
        #[serde(skip_serializing_if = "Option::is_none")]
        detected: Option<bool>,
    }

    /// Words that are denied.
    WordAssessment {
        /// Of the guardrail's own list.
        custom_words: Vec<CustomWordMatch>,
        /// Of AWS's lists.
        managed_word_lists: Vec<ManagedWordMatch>,
    }

    /// A word of the guardrail's own list.
    CustomWordMatch {
        /// The word as it stands in the content.
        r#match: String,
        /// What was done.
        action: GuardrailAction,
        /// Whether it was found; `None` if that was not told.
        #[serde(skip_serializing_if = "Option::is_none")]
        detected: Option<bool>,
    }

    /// A word of one of AWS's lists.
    ManagedWordMatch {
        /// The word as it stands in the content.
        r#match: String,
        /// The list: `PROFANITY`.
        r#type: String,
        /// What was done.
        action: GuardrailAction,
        /// Whether it was found; `None` if that was not told.
        #[serde(skip_serializing_if = "Option::is_none")]
        detected: Option<bool>,
    }

    /// Personal data and whatever regular expressions found.
    SensitiveInformationAssessment {
        /// Personal data.
        pii_entities: Vec<PiiEntityMatch>,
        /// What regular expressions found.
        regexes: Vec<RegexMatch>,
    }

    /// A piece of personal data.
    PiiEntityMatch {
        /// The piece as it stands in the content.
        r#match: String,
        /// What it is, such as `EMAIL` or `US_SOCIAL_SECURITY_NUMBER`.
        r#type: String,
        /// What was done.
        action: GuardrailAction,
        /// Whether it was found; `None` if that was not told.
        #[serde(skip_serializing_if = "Option::is_none")]
        detected: Option<bool>,
    }

    /// What a regular expression found.
    RegexMatch {
        /// The name of the expression.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The piece as it stands in the content.
        #[serde(skip_serializing_if = "Option::is_none")]
        r#match: Option<String>,
        /// The expression.
        #[serde(skip_serializing_if = "Option::is_none")]
        regex: Option<String>,
        /// What was done.
        action: GuardrailAction,
        /// Whether it was found; `None` if that was not told.
        #[serde(skip_serializing_if = "Option::is_none")]
        detected: Option<bool>,
    }

    /// Whether an answer keeps to its source and to the question.
    ContextualGroundingAssessment {
        /// The two checks.
        filters: Vec<ContextualGroundingMatch>,
    }

    /// One of the two checks.
    ContextualGroundingMatch {
        /// `GROUNDING` or `RELEVANCE`.
        r#type: String,
        /// From which score on it passes, 0 to 1.
        threshold: f64,
        /// The score, 0 to 1.
        score: f64,
        /// What was done.
        action: GuardrailAction,
        /// Whether it failed the check; `None` if that was not told.
        #[serde(skip_serializing_if = "Option::is_none")]
        detected: Option<bool>,
    }

    /// What an assessment took.
    GuardrailInvocationMetrics {
        /// In milliseconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        guardrail_processing_latency: Option<u64>,
        /// What is charged.
        #[serde(skip_serializing_if = "Option::is_none")]
        usage: Option<GuardrailUsage>,
        /// How much was assessed.
        #[serde(skip_serializing_if = "Option::is_none")]
        guardrail_coverage: Option<GuardrailCoverage>,
    }

    /// What is charged, in text units of up to a thousand characters unless it says otherwise.
    GuardrailUsage {
        /// By the topic policy.
        topic_policy_units: u64,
        /// By the content policy.
        content_policy_units: u64,
        /// By the word policy.
        word_policy_units: u64,
        /// By the policy of sensitive information.
        sensitive_information_policy_units: u64,
        /// By the policy of sensitive information, free of charge.
        sensitive_information_policy_free_units: u64,
        /// By the contextual grounding policy.
        contextual_grounding_policy_units: u64,
        /// By the content policy, in images.
        #[serde(skip_serializing_if = "Option::is_none")]
        content_policy_image_units: Option<u64>,
        /// By automated reasoning.
        #[serde(skip_serializing_if = "Option::is_none")]
        automated_reasoning_policy_units: Option<u64>,
        /// How many policies of automated reasoning there were.
        #[serde(skip_serializing_if = "Option::is_none")]
        automated_reasoning_policies: Option<u64>,
    }

    /// How much of a content was assessed.
    GuardrailCoverage {
        /// In characters.
        #[serde(skip_serializing_if = "Option::is_none")]
        text_characters: Option<CoverageCount>,
        /// In images.
        #[serde(skip_serializing_if = "Option::is_none")]
        images: Option<CoverageCount>,
    }

    /// How many of how many were assessed.
    CoverageCount {
        /// As many were assessed.
        guarded: u64,
        /// As many there were.
        total: u64,
    }

    /// A guardrail that read along.
    AppliedGuardrail {
        /// Its id.
        #[serde(skip_serializing_if = "Option::is_none")]
        guardrail_id: Option<String>,
        /// Its version.
        #[serde(skip_serializing_if = "Option::is_none")]
        guardrail_version: Option<String>,
        /// Its ARN.
        #[serde(skip_serializing_if = "Option::is_none")]
        guardrail_arn: Option<String>,
        /// Who asked for it: `REQUEST`, `ACCOUNT_ENFORCED`, `ORGANIZATION_ENFORCED`.
        guardrail_origin: Vec<String>,
        /// Whose it is: `SELF` or `CROSS_ACCOUNT`.
        #[serde(skip_serializing_if = "Option::is_none")]
        guardrail_ownership: Option<String>,
    }
}
