//! One Rust API for large language models: the facade.
