//! The requests of the guardrails.

use serde_json::{Map, Value};

use super::common::{
    GUARD_IMAGE_FORMAT, GUARDRAIL_ID, GUARDRAIL_VERSION, NON_EMPTY, NON_EMPTY_BLOB, QUALIFIERS, TEXT, list,
};
use super::shape::{Member as M, Shape};
use super::values;
use crate::error::ServiceError;
use crate::operation::Call;

// ApplyGuardrail.
static SOURCE: Shape = Shape::Choice(&["INPUT", "OUTPUT"]);
static SCOPE: Shape = Shape::Choice(&["INTERVENTIONS", "FULL"]);
static TEXT_BLOCK: Shape =
    Shape::Structure(&[M::required("text", &TEXT), M::optional("qualifiers", &QUALIFIERS)]);
static IMAGE_SOURCE: Shape = Shape::Union(&[M::optional("bytes", &NON_EMPTY_BLOB)]);
static IMAGE_BLOCK: Shape =
    Shape::Structure(&[M::required("format", &GUARD_IMAGE_FORMAT), M::required("source", &IMAGE_SOURCE)]);
static BLOCK: Shape = Shape::Union(&[M::optional("text", &TEXT_BLOCK), M::optional("image", &IMAGE_BLOCK)]);
static BLOCKS: Shape = list(&BLOCK);

/// The body of ApplyGuardrail.
pub(crate) static APPLY_GUARDRAIL: Shape = Shape::Structure(&[
    M::required("source", &SOURCE),
    M::required("content", &BLOCKS),
    M::optional("outputScope", &SCOPE),
]);

static LABELS: Shape = Shape::Structure(&[
    M::required("guardrailIdentifier", &GUARDRAIL_ID),
    M::required("guardrailVersion", &GUARDRAIL_VERSION),
]);

/// Checks the labels of the path of ApplyGuardrail.
pub(crate) fn guardrail_labels(call: &Call<'_>) -> Result<(), ServiceError> {
    let label = |name: &str, index| (name.to_owned(), Value::from(call.label(index)));
    values(&LABELS, Map::from_iter([label("guardrailIdentifier", 0), label("guardrailVersion", 1)])).map(drop)
}

// InvokeGuardrailChecks.
static ROLE: Shape = Shape::Choice(&["user", "assistant", "system"]);
static CONTENT_BLOCK: Shape = Shape::Union(&[M::optional("text", &NON_EMPTY)]);
static CONTENT: Shape = Shape::List { items: &CONTENT_BLOCK, min: 1, max: usize::MAX };
static MESSAGE: Shape = Shape::Structure(&[M::required("role", &ROLE), M::required("content", &CONTENT)]);
static MESSAGES: Shape = Shape::List { items: &MESSAGE, min: 1, max: usize::MAX };

static FILTER: Shape = Shape::Choice(&["VIOLENCE", "HATE", "SEXUAL", "MISCONDUCT", "INSULTS"]);
static FILTER_ENTRY: Shape = Shape::Structure(&[M::required("category", &FILTER)]);
static FILTERS: Shape = Shape::List { items: &FILTER_ENTRY, min: 1, max: 5 };
static CONTENT_FILTER: Shape = Shape::Structure(&[M::required("categories", &FILTERS)]);

static ATTACK: Shape = Shape::Choice(&["JAILBREAK", "PROMPT_INJECTION", "PROMPT_LEAKAGE"]);
static ATTACK_ENTRY: Shape = Shape::Structure(&[M::required("category", &ATTACK)]);
static ATTACKS: Shape = Shape::List { items: &ATTACK_ENTRY, min: 1, max: 3 };
static PROMPT_ATTACK: Shape = Shape::Structure(&[M::required("categories", &ATTACKS)]);

static ENTITY: Shape = Shape::Choice(&[
    "ADDRESS",
    "AGE",
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "CA_HEALTH_NUMBER",
    "CA_SOCIAL_INSURANCE_NUMBER",
    "CREDIT_DEBIT_CARD_CVV",
    "CREDIT_DEBIT_CARD_EXPIRY",
    "CREDIT_DEBIT_CARD_NUMBER",
    "DRIVER_ID",
    "EMAIL",
    "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
    "IP_ADDRESS",
    "LICENSE_PLATE",
    "MAC_ADDRESS",
    "NAME",
    "PASSWORD",
    "PHONE",
    "PIN",
    "SWIFT_CODE",
    "UK_NATIONAL_HEALTH_SERVICE_NUMBER",
    "UK_NATIONAL_INSURANCE_NUMBER",
    "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER",
    "URL",
    "USERNAME",
    "US_BANK_ACCOUNT_NUMBER",
    "US_BANK_ROUTING_NUMBER",
    "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER",
    "US_PASSPORT_NUMBER",
    "US_SOCIAL_SECURITY_NUMBER",
    "VEHICLE_IDENTIFICATION_NUMBER",
]);
static ENTITY_ENTRY: Shape = Shape::Structure(&[M::required("type", &ENTITY)]);
static ENTITIES: Shape = Shape::List { items: &ENTITY_ENTRY, min: 1, max: 31 };
static SENSITIVE: Shape = Shape::Structure(&[M::required("entities", &ENTITIES)]);

static CHECKS: Shape = Shape::Structure(&[
    M::optional("contentFilter", &CONTENT_FILTER),
    M::optional("promptAttack", &PROMPT_ATTACK),
    M::optional("sensitiveInformation", &SENSITIVE),
]);

/// The body of InvokeGuardrailChecks.
pub(crate) static GUARDRAIL_CHECKS: Shape =
    Shape::Structure(&[M::required("messages", &MESSAGES), M::required("checks", &CHECKS)]);
