//! The two files that hold profiles, `~/.aws/config` and `~/.aws/credentials`, as
//! <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html> describes them.

mod location;
mod parse;
mod set;
mod source;

pub use location::Locations;
pub use parse::{ParseError, parse};
pub use set::{ProfileFile, ProfileSet, Property, Section};
pub(crate) use source::{Profiles, ProfilesSource};
