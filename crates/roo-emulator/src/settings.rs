//! What an emulator is started with.

use std::time::Duration;

use crate::auth::Identities;
use crate::catalogue;
use crate::clock::Clock;

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) identities: Identities,
    pub(crate) clock: Clock,
    pub(crate) seed: u64,
    /// The pause before each event of a stream.
    pub(crate) delay: Duration,
    /// Members of a request that no model takes, in the order in which they were named.
    pub(crate) refused_fields: Vec<String>,
    /// Ids of foundation models that must be asked through an inference profile.
    pub(crate) profile_only: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            identities: Identities {
                access_key_id: "AKIDEMULATOR".to_owned(),
                secret_access_key: "this-is-not-a-secret-but-the-key-of-the-emulator".to_owned(),
                session_token: None,
                bearer_token: "bedrock-api-key-of-the-emulator".to_owned(),
                region: "us-east-1".to_owned(),
            },
            clock: Clock::default(),
            seed: 0,
            delay: Duration::ZERO,
            refused_fields: Vec::new(),
            profile_only: catalogue::profile_only_ids().map(str::to_owned).collect(),
        }
    }
}
