//! [ApplyGuardrail](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html).

use roo_core::{Blob, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use super::super::open_text::open_text;
use super::super::{check_label, invalid, named, post};
use super::assessment::{GuardrailAction, GuardrailAssessment, GuardrailCoverage, GuardrailUsage};
use crate::Bedrock;
use crate::client::label;

/// Which guardrail, and which version of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct GuardrailId {
    /// Its id or ARN.
    pub identifier: String,
    /// A number, or `DRAFT`.
    pub version: String,
}

impl GuardrailId {
    /// A guardrail by id or ARN, and version (`DRAFT` or a number).
    pub fn new(identifier: impl Into<String>, version: impl Into<String>) -> Self {
        Self { identifier: identifier.into(), version: version.into() }
    }

    pub(crate) fn check(&self) -> Result<()> {
        check_label("identifier of the guardrail", &self.identifier)?;
        check_label("version of the guardrail", &self.version)
    }
}

open_text! {
    /// Where a content comes from.
    GuardrailSource {
        /// From the user.
        Input = "INPUT",
        /// From the model.
        Output = "OUTPUT",
    }

    /// How much an assessment tells.
    GuardrailOutputScope {
        /// What was found.
        Interventions = "INTERVENTIONS",
        /// What was found and what was not.
        Full = "FULL",
    }

    /// What a text is to the contextual grounding check, or whether it is guarded.
    GuardrailQualifier {
        /// What an answer must keep to.
        GroundingSource = "grounding_source",
        /// What was asked.
        Query = "query",
        /// What is to be assessed.
        GuardContent = "guard_content",
    }
}

/// One piece of what is assessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum GuardrailContent {
    /// A text.
    Text {
        /// The text itself.
        text: String,
        /// What it is to the guardrail.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        qualifiers: Vec<GuardrailQualifier>,
    },
    /// An image.
    Image {
        /// `png` or `jpeg`.
        format: String,
        /// Its bytes.
        source: GuardrailImageSource,
    },
}

/// Where an image is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum GuardrailImageSource {
    /// Here.
    Bytes(Blob),
}

impl GuardrailContent {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), qualifiers: Vec::new() }
    }

    /// A text that is something particular to the guardrail.
    pub fn qualified(
        text: impl Into<String>,
        qualifiers: impl IntoIterator<Item = GuardrailQualifier>,
    ) -> Self {
        Self::Text { text: text.into(), qualifiers: qualifiers.into_iter().collect() }
    }

    /// An image, `png` or `jpeg`.
    pub fn image(format: impl Into<String>, bytes: impl Into<Blob>) -> Self {
        Self::Image { format: format.into(), source: GuardrailImageSource::Bytes(bytes.into()) }
    }
}

/// What a guardrail shall assess.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ApplyGuardrail {
    /// The guardrail.
    #[serde(skip)]
    pub guardrail: GuardrailId,
    /// Where the content comes from.
    pub source: GuardrailSource,
    /// The content, piece by piece.
    pub content: Vec<GuardrailContent>,
    /// How much the assessment tells; `None` is what was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_scope: Option<GuardrailOutputScope>,
}

impl ApplyGuardrail {
    /// A content for a guardrail.
    pub fn new(
        guardrail: GuardrailId,
        source: GuardrailSource,
        content: impl IntoIterator<Item = GuardrailContent>,
    ) -> Self {
        Self { guardrail, source, content: content.into_iter().collect(), output_scope: None }
    }

    /// Says how much the assessment tells.
    #[must_use]
    pub fn with_output_scope(mut self, scope: GuardrailOutputScope) -> Self {
        self.output_scope = Some(scope);
        self
    }
}

/// What a guardrail made of a content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GuardrailOutcome {
    /// Whether it intervened.
    pub action: GuardrailAction,
    /// Why, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_reason: Option<String>,
    /// What to show in place of the content: one text in place of all if it is blocked, each text with its masks
    /// otherwise. Empty if the guardrail did not intervene.
    #[serde(default)]
    pub outputs: Vec<GuardrailOutput>,
    /// What was found.
    #[serde(default)]
    pub assessments: Vec<GuardrailAssessment>,
    /// What is charged.
    #[serde(default)]
    pub usage: GuardrailUsage,
    /// How much of the content was assessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardrail_coverage: Option<GuardrailCoverage>,
}

impl GuardrailOutcome {
    /// Whether the content must not be shown as it is.
    pub fn intervened(&self) -> bool {
        self.action != GuardrailAction::None
    }
}

/// A text to show in place of another.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GuardrailOutput {
    /// The text.
    #[serde(default)]
    pub text: Option<String>,
}

impl Bedrock {
    /// Asks a guardrail about a content, without a model.
    /// See [ApplyGuardrail](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if there is no content, or the guardrail does
    /// not assess it; [`ErrorKind::ModelNotFound`] if there is no such guardrail;
    /// otherwise as [`create_message`](roo_core::Provider::create_message).
    pub async fn apply_guardrail(&self, request: &ApplyGuardrail) -> Result<GuardrailOutcome> {
        named(async {
                let GuardrailId { identifier, version } = &request.guardrail;
                request.guardrail.check()?;
                if request.content.is_empty() {
                    return Err(invalid("there is no content to assess".to_owned()));
                }
                let target = format!("/guardrail/{}/version/{}/apply", label(identifier), label(version));
                let region = self.region_of(identifier).await?;
                let call = post(target, request, identifier)?;
                let outcome = self.call_json(call, &region, "bedrock:ApplyGuardrail").await;
            outcome.map_err(|error| match error.kind() {
                // What is not found is called a model otherwise.
                ErrorKind::ModelNotFound => error.with_hint(format!(
                    "Check the id {identifier} and the version {version} of the guardrail, and that it is in {region}."
                )),
                _ => error,
            })
        })
        .await
    }
}
