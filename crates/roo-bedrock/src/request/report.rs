//! The record of what was changed, and the one place where strictness is decided.

use roo_core::{Error, ErrorKind, Result, Warning, WarningKind};

use crate::options::Repair;

/// What was changed in a request so that Bedrock takes it.
#[derive(Debug)]
pub(super) struct Report {
    repair: Repair,
    warnings: Vec<Warning>,
}

impl Report {
    pub(super) fn new(repair: Repair) -> Self {
        Self { repair, warnings: Vec::new() }
    }

    /// Records a change at a place in the request.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] in place of the record if nothing may be changed.
    pub(super) fn change(
        &mut self,
        kind: WarningKind,
        pointer: &str,
        message: impl Into<String>,
    ) -> Result<()> {
        let message = message.into();
        match self.repair {
            Repair::Lenient => {
                self.warnings.push(Warning::new(kind, message).at(pointer));
                Ok(())
            }
            Repair::Strict => Err(Error::new(
                ErrorKind::InvalidRequest,
                format!("{pointer}: would have to be changed for Bedrock: {message}"),
            )
            .with_hint("Change it, or allow the change with Repair::Lenient.")),
        }
    }

    pub(super) fn into_warnings(self) -> Vec<Warning> {
        self.warnings
    }
}

/// An error at a place in the request, named by JSON pointer.
pub(super) fn invalid(pointer: &str, why: impl AsRef<str>) -> Error {
    let separator = if pointer.is_empty() { "the request " } else { ": " };
    Error::new(ErrorKind::InvalidRequest, format!("{pointer}{separator}{}", why.as_ref()))
}

/// What Bedrock has no form for, named by JSON pointer.
pub(super) fn unsupported(pointer: &str, why: impl AsRef<str>) -> Error {
    Error::new(ErrorKind::Unsupported, format!("{pointer}: {}", why.as_ref()))
}
