//! Inference profiles:
//! [ListInferenceProfiles](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListInferenceProfiles.html) and
//! [GetInferenceProfile](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetInferenceProfile.html).

use roo_aws::Service;
use roo_core::Result;
use serde::{Deserialize, Serialize};

use super::open_text::open_text;
use super::pages::{Page, with_query};
use super::{check_label, get, named};
use crate::Bedrock;
use crate::client::label;

/// The most entries that a page may have.
const PAGE_SIZE: &str = "1000";

open_text! {
    /// Whose an inference profile is.
    InferenceProfileKind {
        /// AWS's, for cross-region inference.
        SystemDefined = "SYSTEM_DEFINED",
        /// The account's.
        Application = "APPLICATION",
    }
}

/// A model together with the regions that serve it. Moments are in RFC 3339, as the service wrote them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InferenceProfile {
    /// Its id, to be named in requests in place of a model's. For those of an account, the ARN has to be named.
    pub inference_profile_id: String,
    /// Its ARN.
    pub inference_profile_arn: String,
    /// Its name for people.
    #[serde(default)]
    pub inference_profile_name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The model, once for each region that serves it.
    #[serde(default)]
    pub models: Vec<ProfiledModel>,
    /// `ACTIVE`.
    #[serde(default)]
    pub status: String,
    /// Whose it is.
    #[serde(rename = "type")]
    pub kind: InferenceProfileKind,
    /// When it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
}

/// A model in one region.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct ProfiledModel {
    /// Its ARN, which names the region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProfilePage {
    #[serde(default)]
    inference_profile_summaries: Vec<InferenceProfile>,
    next_token: Option<String>,
}

impl Page for ProfilePage {
    type Item = InferenceProfile;

    fn into_parts(self) -> (Vec<InferenceProfile>, Option<String>) {
        (self.inference_profile_summaries, self.next_token)
    }
}

impl Bedrock {
    /// Lists the inference profiles that the configured region has: all of them, following the pages. See
    /// [ListInferenceProfiles](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListInferenceProfiles.html).
    ///
    /// # Errors
    /// [`ErrorKind::Protocol`](roo_core::ErrorKind::Protocol) if the pages do not end; otherwise as
    /// [`create_message`](roo_core::Provider::create_message).
    pub async fn list_inference_profiles(
        &self,
        kind: Option<&InferenceProfileKind>,
    ) -> Result<Vec<InferenceProfile>> {
        named(async {
            let kind = kind.map(InferenceProfileKind::as_str);
            let target = with_query("/inference-profiles", [("type", kind), ("maxResults", Some(PAGE_SIZE))]);
            let region = self.aws().region().await?.value;
            let permission = "bedrock:ListInferenceProfiles";
            self.pages::<ProfilePage>(Service::BEDROCK, &target, permission, &region, usize::MAX).await
        })
        .await
    }

    /// Asks about one inference profile, by id or ARN. See
    /// [GetInferenceProfile](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetInferenceProfile.html).
    ///
    /// # Errors
    /// [`ErrorKind::ModelNotFound`](roo_core::ErrorKind::ModelNotFound) if the region does not have it; otherwise as
    /// [`create_message`](roo_core::Provider::create_message).
    pub async fn get_inference_profile(&self, profile: &str) -> Result<InferenceProfile> {
        named(async {
            check_label("inference profile", profile)?;
            let call = get(Service::BEDROCK, format!("/inference-profiles/{}", label(profile)), profile);
            let region = self.region_of(profile).await?;
            self.call_json(call, &region, "bedrock:GetInferenceProfile").await
        })
        .await
    }
}
