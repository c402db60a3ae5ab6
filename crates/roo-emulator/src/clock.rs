//! The clock of the service and AWS's way of writing a moment.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

/// What the emulator takes for the present moment.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    pub(crate) fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn now(&self) -> SystemTime {
        (self.0)()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(SystemTime::now)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Clock")
    }
}

/// Writes a moment as in `X-Amz-Date`: `20260102T030405Z`.
pub(crate) fn amz_date(moment: SystemTime) -> String {
    let whole_seconds = DateTime::from_secs(DateTime::from(moment).secs());
    whole_seconds
        .fmt(Format::DateTime)
        .map(|text| text.chars().filter(|character| !matches!(character, '-' | ':')).collect())
        .unwrap_or_default()
}

/// Reads an `X-Amz-Date`. Only the one form AWS documents is accepted.
pub(crate) fn parse_amz_date(text: &str) -> Option<SystemTime> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let all_digits = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(date, 8) || !all_digits(time, 6) {
        return None;
    }
    let extended = format!(
        "{}-{}-{}T{}:{}:{}Z",
        date.get(..4)?,
        date.get(4..6)?,
        date.get(6..)?,
        time.get(..2)?,
        time.get(2..4)?,
        time.get(4..)?
    );
    let moment = DateTime::from_str(&extended, Format::DateTime).ok()?;
    SystemTime::try_from(moment).ok()
}

/// Writes a moment as in the body of an answer: `2026-01-02T03:04:05.678Z`.
pub(crate) fn iso_date(moment: SystemTime) -> String {
    DateTime::from(moment).fmt(Format::DateTime).unwrap_or_default()
}

/// Reads a moment as in a query: ISO 8601 with `Z` or an offset.
pub(crate) fn parse_iso_date(text: &str) -> Option<SystemTime> {
    SystemTime::try_from(DateTime::from_str(text, Format::DateTimeWithOffset).ok()?).ok()
}

/// Writes a moment as in the HTTP header `Date`: `Fri, 02 Jan 2026 03:04:05 GMT`.
pub(crate) fn http_date(moment: SystemTime) -> String {
    let whole_seconds = DateTime::from_secs(DateTime::from(moment).secs());
    whole_seconds.fmt(Format::HttpDate).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn dates_are_written_and_read_as_aws_does() {
        let moment = UNIX_EPOCH + Duration::from_millis(1_767_323_045_678);
        assert_eq!(amz_date(moment), "20260102T030405Z");
        assert_eq!(parse_amz_date("20260102T030405Z"), Some(UNIX_EPOCH + Duration::from_secs(1_767_323_045)));
        assert_eq!(iso_date(moment), "2026-01-02T03:04:05.678Z");
        assert_eq!(parse_iso_date("2026-01-02T03:04:05.678000Z"), Some(moment));
        assert_eq!(parse_iso_date("2026-01-02T04:04:05.678+01:00"), Some(moment));
        assert_eq!(http_date(moment), "Fri, 02 Jan 2026 03:04:05 GMT");
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "2026-01-02T03:04:05Z",
            "20260102T030405",
            "20261302T030405Z",
            "２０260102T030405Z",
            "20260102T03040Z",
        ] {
            assert_eq!(parse_amz_date(text), None, "{text}");
        }
    }
}
