//! The emulator over its socket, with AWS's own signer and decoder on the client's side.
#![cfg(test)]
// Requests are written where they are handed over: a reference would only add a sign to each.
#![allow(clippy::needless_pass_by_value)]

mod async_invokes;
mod authentication;
mod capabilities;
mod client;
mod content_rules;
mod control_plane;
mod count_tokens;
mod features;
mod guardrails;
mod invoke;
mod native_models;
mod replies;
mod routing;
mod scripts;
mod validation;
