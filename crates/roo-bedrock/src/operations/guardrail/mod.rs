//! [Guardrails](https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails.html) on their own, without a model, and
//! everything that guardrails say, here and in the trace of an answer.

mod apply;
mod assessment;
mod checks;
mod reasoning;
mod trace;

pub use apply::{
    ApplyGuardrail, GuardrailContent, GuardrailId, GuardrailImageSource, GuardrailOutcome, GuardrailOutput,
    GuardrailOutputScope, GuardrailQualifier, GuardrailSource,
};
pub use assessment::{
    AppliedGuardrail, ContentAssessment, ContentFilterMatch, ContextualGroundingAssessment,
    ContextualGroundingMatch, CoverageCount, CustomWordMatch, GuardrailAction, GuardrailAssessment,
    GuardrailCoverage, GuardrailInvocationMetrics, GuardrailUsage, ManagedWordMatch, PiiEntityMatch,
    RegexMatch, SensitiveInformationAssessment, TopicAssessment, TopicMatch, WordAssessment,
};
pub use checks::{
    CheckMessage, CheckResults, CheckUsage, CheckedCategories, CheckedEntities, CheckedEntity,
    CheckedSeverity, GuardrailChecks, GuardrailChecksAnswer, TextUnits,
};
pub use reasoning::{
    AutomatedReasoningAssessment, AutomatedReasoningFinding, AutomatedReasoningLogicWarning,
    AutomatedReasoningRule, AutomatedReasoningScenario, AutomatedReasoningStatement, AutomatedReasoningText,
    AutomatedReasoningTranslation, AutomatedReasoningTranslationOption,
};
pub use trace::{AnswerTrace, GuardrailTraceAssessment, PromptRouterTrace};
