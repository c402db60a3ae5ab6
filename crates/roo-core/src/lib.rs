//! The contract of Roo Code: requests, messages, stream events, errors and the Provider trait.
