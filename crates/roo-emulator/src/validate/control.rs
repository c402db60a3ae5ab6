//! The queries of the control plane.

use super::common::matching;
use super::common::{MAX_RESULTS, NEXT_TOKEN, only};
use super::shape::{Member as M, Shape};

static PROVIDER: Shape = matching(1, 63, "[A-Za-z0-9- ]{1,63}", |text| only(text, b"- "));
static CUSTOMIZATION: Shape = Shape::Choice(&["FINE_TUNING", "CONTINUED_PRE_TRAINING", "DISTILLATION"]);
static MODALITY: Shape = Shape::Choice(&["TEXT", "IMAGE", "EMBEDDING"]);
static INFERENCE: Shape = Shape::Choice(&["ON_DEMAND", "PROVISIONED"]);
static PROFILE_TYPE: Shape = Shape::Choice(&["SYSTEM_DEFINED", "APPLICATION"]);

pub(crate) static LIST_FOUNDATION_MODELS: &[M] = &[
    M::optional("byProvider", &PROVIDER),
    M::optional("byCustomizationType", &CUSTOMIZATION),
    M::optional("byOutputModality", &MODALITY),
    M::optional("byInferenceType", &INFERENCE),
];

pub(crate) static LIST_INFERENCE_PROFILES: &[M] = &[
    M::optional("maxResults", &MAX_RESULTS),
    M::optional("nextToken", &NEXT_TOKEN),
    M::optional("type", &PROFILE_TYPE),
];
