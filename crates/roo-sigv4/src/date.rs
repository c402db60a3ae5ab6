//! The signing time in the only two spellings that SigV4 knows.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::SigningError;
use crate::ascii::Ascii;

const SECONDS_A_DAY: u64 = 86_400;
/// 9999-12-31, counted in days since 1970-01-01.
const LAST_DAY: u64 = 2_932_896;

/// A moment in UTC, to the second.
#[derive(Clone, Copy)]
pub(crate) struct Timestamp {
    date: Ascii<8>,
    date_time: Ascii<16>,
}

impl Timestamp {
    /// `time` with its fraction of a second dropped.
    pub(crate) fn new(time: SystemTime) -> Result<Self, SigningError> {
        let since_epoch =
            time.duration_since(UNIX_EPOCH).map_err(|_| SigningError::TimeOutOfRange)?.as_secs();
        let days = since_epoch / SECONDS_A_DAY;
        if days > LAST_DAY {
            return Err(SigningError::TimeOutOfRange);
        }
        let (year, month, day) = civil_date(days);
        let second_of_day = since_epoch % SECONDS_A_DAY;
        let date = (year * 100 + month) * 100 + day;
        let clock = second_of_day / 3600 * 10_000 + second_of_day / 60 % 60 * 100 + second_of_day % 60;
        Ok(Self {
            date: fill(*b"yyyymmdd", date),
            date_time: fill(*b"yyyymmddThhmmssZ", date * 1_000_000 + clock),
        })
    }

    /// `yyyyMMdd`, as in a credential scope.
    pub(crate) fn date(&self) -> &Ascii<8> {
        &self.date
    }

    /// `yyyyMMddTHHmmssZ`, as in `X-Amz-Date`.
    pub(crate) fn date_time(&self) -> &Ascii<16> {
        &self.date_time
    }
}

/// Puts the decimal digits of `number` in the place of the lower-case letters of `template`, from the right.
fn fill<const N: usize>(mut template: [u8; N], mut number: u64) -> Ascii<N> {
    for place in template.iter_mut().rev().filter(|byte| byte.is_ascii_lowercase()) {
        *place = b'0' + (number % 10) as u8;
        number /= 10;
    }
    Ascii(template)
}

/// Year, month and day of the proleptic Gregorian calendar.
///
/// The method is `civil_from_days` of <https://howardhinnant.github.io/date_algorithms.html>: counted from a first
/// of March, the leap day is the last day of its year and the lengths of the months repeat every 153 days.
fn civil_date(days_since_epoch: u64) -> (u64, u64, u64) {
    const DAYS_AN_ERA: u64 = 146_097; // 400 years
    let days = days_since_epoch + 719_468; // since 0000-03-01
    let (era, day_of_era) = (days / DAYS_AN_ERA, days % DAYS_AN_ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn date_time(seconds: u64) -> String {
        Timestamp::new(UNIX_EPOCH + Duration::from_secs(seconds)).unwrap().date_time().as_str().to_owned()
    }

    #[test]
    fn known_moments() {
        for (seconds, expected) in [
            (0, "19700101T000000Z"),
            (68_169_600, "19720229T000000Z"),
            (951_782_399, "20000228T235959Z"),
            (951_782_400, "20000229T000000Z"),
            (951_868_800, "20000301T000000Z"),
            (1_440_938_160, "20150830T123600Z"),
            (1_709_251_199, "20240229T235959Z"),
            (1_767_323_045, "20260102T030405Z"),
            (4_107_542_400, "21000301T000000Z"), // 2100 is no leap year: the day before is 28 February
            (4_107_542_399, "21000228T235959Z"),
            (253_402_300_799, "99991231T235959Z"),
        ] {
            assert_eq!(date_time(seconds), expected);
        }
    }

    #[test]
    fn every_day_follows_the_day_before() {
        let mut expected = (1970, 1, 1);
        for days in 0..=LAST_DAY {
            assert_eq!(civil_date(days), expected);
            let (year, month, day) = expected;
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month {
                2 if leap => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            expected = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                _ if day == length => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
        assert_eq!(expected, (10_000, 1, 1));
    }

    #[test]
    fn fractions_are_dropped_and_the_date_agrees() {
        let timestamp = Timestamp::new(UNIX_EPOCH + Duration::new(1_440_938_160, 999_999_999)).unwrap();
        assert_eq!(timestamp.date_time().as_str(), "20150830T123600Z");
        assert_eq!(timestamp.date().as_str(), "20150830");
    }

    #[test]
    fn times_without_a_four_digit_year_are_refused() {
        for time in [UNIX_EPOCH - Duration::from_nanos(1), UNIX_EPOCH + Duration::from_secs(253_402_300_800)]
        {
            assert_eq!(Timestamp::new(time).err(), Some(SigningError::TimeOutOfRange));
        }
    }
}
