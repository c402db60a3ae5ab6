use serde::{Deserialize, Serialize};

/// Token counts of one call. A number that the provider did not give is `None`, which is not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens read, without those read from or written to a cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Tokens written by the model, its thoughts included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// The provider's own total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_tokens: Option<u64>,
    /// Tokens read from a cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read_input_tokens: Option<u64>,
    /// Tokens written to a cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_input_tokens: Option<u64>,
    /// The part of [`cache_write_input_tokens`](Self::cache_write_input_tokens) that is kept for five minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_5m_input_tokens: Option<u64>,
    /// The part of [`cache_write_input_tokens`](Self::cache_write_input_tokens) that is kept for one hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_1h_input_tokens: Option<u64>,
    /// The part of [`output_tokens`](Self::output_tokens) that was thoughts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_tokens: Option<u64>,
}

impl Usage {
    /// Nothing known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the tokens read.
    #[must_use]
    pub fn with_input_tokens(mut self, tokens: u64) -> Self {
        self.input_tokens = Some(tokens);
        self
    }

    /// Sets the tokens written.
    #[must_use]
    pub fn with_output_tokens(mut self, tokens: u64) -> Self {
        self.output_tokens = Some(tokens);
        self
    }

    /// Takes over each number that `newer` has: counts in a stream are totals so far, not increments.
    pub fn update(&mut self, newer: &Self) {
        let Self {
            input_tokens,
            output_tokens,
            total_tokens,
            cache_read_input_tokens,
            cache_write_input_tokens,
            cache_write_5m_input_tokens,
            cache_write_1h_input_tokens,
            reasoning_tokens,
        } = *newer;
        self.input_tokens = input_tokens.or(self.input_tokens);
        self.output_tokens = output_tokens.or(self.output_tokens);
        self.total_tokens = total_tokens.or(self.total_tokens);
        self.cache_read_input_tokens = cache_read_input_tokens.or(self.cache_read_input_tokens);
        self.cache_write_input_tokens = cache_write_input_tokens.or(self.cache_write_input_tokens);
        self.cache_write_5m_input_tokens = cache_write_5m_input_tokens.or(self.cache_write_5m_input_tokens);
        self.cache_write_1h_input_tokens = cache_write_1h_input_tokens.or(self.cache_write_1h_input_tokens);
        self.reasoning_tokens = reasoning_tokens.or(self.reasoning_tokens);
    }
}
