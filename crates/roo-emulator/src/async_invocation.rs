//! Asynchronous invocations: what was started, and how far it is.
//!
//! No model runs and nothing is written to S3. An invocation is `InProgress` until it has been asked for
//! once, then it is `Completed`; or `Failed`, if its input contains the word `FAILME`.

use std::sync::Mutex;
use std::time::SystemTime;

use serde_json::{Value, json};

use crate::clock::iso_date;
use crate::error::ServiceError;
use crate::server::lock;

/// The word that makes an invocation fail.
const FAILURE: &str = "FAILME";

/// Everything that was started, in order.
#[derive(Default)]
pub(crate) struct AsyncInvocations(Mutex<Vec<Invocation>>);

#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    pub(crate) arn: String,
    pub(crate) model_arn: String,
    pub(crate) client_request_token: Option<String>,
    /// The request as it was sent, to tell a repetition from a conflict.
    pub(crate) request: Value,
    pub(crate) submitted_at: SystemTime,
    /// When it ended, once it has.
    pub(crate) ended_at: Option<SystemTime>,
}

impl AsyncInvocations {
    /// Adds an invocation and returns its ARN; that of the first one for a request that is repeated with its
    /// token.
    pub(crate) fn start(&self, invocation: Invocation) -> Result<String, ServiceError> {
        let mut invocations = lock(&self.0);
        let token = invocation.client_request_token.as_ref();
        let same = token.and_then(|token| {
            invocations.iter().find(|known| known.client_request_token.as_ref() == Some(token))
        });
        match same {
            Some(known) if known.request == invocation.request => Ok(known.arn.clone()),
            Some(_) => Err(ServiceError::conflict(
                "The clientRequestToken was used before with a request that has other parameters.",
            )),
            None => {
                let arn = invocation.arn.clone();
                invocations.push(invocation);
                Ok(arn)
            }
        }
    }

    /// The invocation as it is; being asked for ends it.
    pub(crate) fn look_up(&self, arn: &str, now: SystemTime) -> Option<Invocation> {
        let mut invocations = lock(&self.0);
        let invocation = invocations.iter_mut().find(|invocation| invocation.arn == arn)?;
        let seen = invocation.clone();
        invocation.ended_at.get_or_insert(now);
        Some(seen)
    }

    pub(crate) fn all(&self) -> Vec<Invocation> {
        lock(&self.0).clone()
    }
}

impl Invocation {
    pub(crate) fn status(&self) -> &'static str {
        let must_fail =
            || self.request.get("modelInput").is_some_and(|input| input.to_string().contains(FAILURE));
        match self.ended_at {
            None => "InProgress",
            Some(_) if must_fail() => "Failed",
            Some(_) => "Completed",
        }
    }

    /// As in a list and on its own.
    pub(crate) fn to_json(&self) -> Value {
        let mut summary = json!({
            "invocationArn": self.arn,
            "modelArn": self.model_arn,
            "status": self.status(),
            "submitTime": iso_date(self.submitted_at),
            "lastModifiedTime": iso_date(self.ended_at.unwrap_or(self.submitted_at)),
            "outputDataConfig": self.request.get("outputDataConfig"),
        });
        let mut set = |name: &str, value: Value| {
            if let Some(members) = summary.as_object_mut() {
                members.insert(name.to_owned(), value);
            }
        };
        if let Some(token) = &self.client_request_token {
            set("clientRequestToken", token.as_str().into());
        }
        if let Some(end) = self.ended_at {
            set("endTime", iso_date(end).into());
        }
        if self.status() == "Failed" {
            set("failureMessage", format!("The model input contains the word {FAILURE}.").into());
        }
        summary
    }
}
