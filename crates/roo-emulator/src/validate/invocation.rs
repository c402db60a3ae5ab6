//! The requests of InvokeModel and of asynchronous invocations.

use serde_json::{Map, Value};

use super::common::{
    ACCOUNT, ANY, DOCUMENT, GUARDRAIL_ID, GUARDRAIL_VERSION, LATENCY, MAX_RESULTS, NEXT_TOKEN, S3_URI,
    SERVICE_TIER_TYPE, matching, only,
};
use super::shape::{Member as M, Shape};
use super::values;
use crate::clock::parse_iso_date;
use crate::error::ServiceError;
use crate::operation::Call;

// InvokeModel.
static TRACE: Shape = Shape::Choice(&["ENABLED", "DISABLED", "ENABLED_FULL"]);
static METADATA: Shape = matching(0, 8500, "a JSON object of strings", is_object_of_strings);
static INVOKE_SETTINGS: Shape = Shape::Structure(&[
    M::optional("trace", &TRACE),
    M::optional("guardrailIdentifier", &GUARDRAIL_ID),
    M::optional("guardrailVersion", &GUARDRAIL_VERSION),
    M::optional("performanceConfigLatency", &LATENCY),
    M::optional("serviceTier", &SERVICE_TIER_TYPE),
    M::optional("requestMetadata", &METADATA),
]);

/// Members of InvokeModel and the headers they come in.
const INVOKE_HEADERS: &[(&str, &str)] = &[
    ("trace", "x-amzn-bedrock-trace"),
    ("guardrailIdentifier", "x-amzn-bedrock-guardrailidentifier"),
    ("guardrailVersion", "x-amzn-bedrock-guardrailversion"),
    ("performanceConfigLatency", "x-amzn-bedrock-performanceconfig-latency"),
    ("serviceTier", "x-amzn-bedrock-service-tier"),
    ("requestMetadata", "x-amzn-bedrock-request-metadata"),
];

/// The members of InvokeModel that come in headers, by their names in the service model.
pub(crate) fn invoke_settings(call: &Call<'_>) -> Result<Value, ServiceError> {
    let sent = INVOKE_HEADERS
        .iter()
        .filter_map(|(member, header)| Some(((*member).to_owned(), Value::from(call.header(header)?))));
    let settings = values(&INVOKE_SETTINGS, Map::from_iter(sent))?;
    let is_set = |name: &str| settings.get(name).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    if is_set("guardrailIdentifier") != is_set("guardrailVersion") {
        return Err(ServiceError::validation(
            "guardrailIdentifier and guardrailVersion must be provided together.",
        ));
    }
    Ok(settings)
}

// Asynchronous invocations.
static CLIENT_TOKEN: Shape =
    matching(1, 256, "[!-~]*", |text| text.bytes().all(|byte| byte.is_ascii_graphic()));
static MODEL_ID: Shape = matching(1, 256, r"[a-zA-Z_\.\-/0-9:]+", |text| only(text, b"_.-/:"));
static KMS_KEY: Shape = matching(
    1,
    2048,
    "arn:aws(-[^:]+)?:kms:[a-zA-Z0-9-]*:[0-9]{12}:((key/[a-zA-Z0-9-]{36})|(alias/[a-zA-Z0-9-_/]+))",
    |text| text.starts_with("arn:aws") && text.contains(":kms:"),
);
static S3_OUTPUT: Shape = Shape::Structure(&[
    M::required("s3Uri", &S3_URI),
    M::optional("kmsKeyId", &KMS_KEY),
    M::optional("bucketOwner", &ACCOUNT),
]);
static OUTPUT: Shape = Shape::Union(&[M::optional("s3OutputDataConfig", &S3_OUTPUT)]);
static TAG_KEY: Shape = matching(1, 128, r"[a-zA-Z0-9\s._:/=+@-]*", is_tag);
static TAG_VALUE: Shape = matching(0, 256, r"[a-zA-Z0-9\s._:/=+@-]*", is_tag);
static TAG: Shape = Shape::Structure(&[M::required("key", &TAG_KEY), M::required("value", &TAG_VALUE)]);
static TAGS: Shape = Shape::List { items: &TAG, min: 0, max: 200 };

/// The body of StartAsyncInvoke.
pub(crate) static START_ASYNC_INVOKE: Shape = Shape::Structure(&[
    M::optional("clientRequestToken", &CLIENT_TOKEN),
    M::required("modelId", &MODEL_ID),
    M::required("modelInput", &DOCUMENT),
    M::required("outputDataConfig", &OUTPUT),
    M::optional("tags", &TAGS),
]);

static MOMENT: Shape = matching(1, ANY, "an ISO 8601 date and time", |text| parse_iso_date(text).is_some());
static STATUS: Shape = Shape::Choice(&["InProgress", "Completed", "Failed"]);
static SORT_BY: Shape = Shape::Choice(&["SubmissionTime"]);
static SORT_ORDER: Shape = Shape::Choice(&["Ascending", "Descending"]);

/// The query of ListAsyncInvokes.
pub(crate) static LIST_ASYNC_INVOKES: &[M] = &[
    M::optional("submitTimeAfter", &MOMENT),
    M::optional("submitTimeBefore", &MOMENT),
    M::optional("statusEquals", &STATUS),
    M::optional("maxResults", &MAX_RESULTS),
    M::optional("nextToken", &NEXT_TOKEN),
    M::optional("sortBy", &SORT_BY),
    M::optional("sortOrder", &SORT_ORDER),
];

fn is_tag(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c.is_whitespace() || "._:/=+@-".contains(c))
}

fn is_object_of_strings(text: &str) -> bool {
    let document: Option<Map<String, Value>> = serde_json::from_str(text).ok();
    document.is_some_and(|members| members.values().all(Value::is_string))
}
