//! What the examples share: a client that finds AWS or starts the emulator, a calculator, and printing.
#![allow(clippy::print_stderr, reason = "examples talk to a terminal")]

mod calculator;
mod connect;
mod show;

pub use calculator::{calculate, calculator_tool};
pub use connect::{Connection, connect};
pub use show::{finish, say, show};
